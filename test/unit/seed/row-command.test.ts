import { fileURLToPath } from 'node:url'
import { describe, expect, test } from 'vitest'
import { runCli } from '../../support/index.ts'

const cwd = fileURLToPath(new URL('../../..', import.meta.url))
const row = (...args: readonly string[]) => runCli(['row', ...args], { cwd })

describe('gigarow row', () => {
  test('prints any row, a line for a column', async () => {
    const { code, stdout } = await row('billion_rows', '734112908', '--profile', 'billion')
    expect(code).toBe(0)
    expect(stdout.split('\n')).toEqual([
      'id          734112908',
      expect.stringMatching(/^value {7}[0-9a-f]{32}$/),
      expect.stringMatching(/^created_at {2}2025-\d\d-\d\d \d\d:\d\d:\d\d(\.\d+)?$/),
      '',
    ])
  })

  test('prints one JSON document with --json', async () => {
    const { code, stdout, stderr } = await row('events', '100M', '--profile', 'events', '--json')
    expect([code, stderr]).toEqual([0, ''])
    expect(JSON.parse(stdout)).toMatchObject({
      table: 'events',
      row: 100_000_000,
      columns: { id: 100_000_000, user_id: expect.any(Number), payload: { city: expect.any(String) } },
    })
  })

  test('reaches rows beyond 2^32', async () => {
    const { stdout } = await row('billion_rows', '5e9', '--profile', 'billion', '--rows', '6B')
    expect(stdout).toContain('id          5000000000\n')
  })

  test.each([
    [['billion_rows', '2B', '--profile', 'billion'], 'ROW_UNKNOWN', 'rows 1 to 1,000,000,000'],
    [['billion_rows', 'many', '--profile', 'billion'], 'USAGE', 'Write a whole number'],
    [['bilion_rows', '1', '--profile', 'billion'], 'TABLE_UNKNOWN', 'Did you mean billion_rows?'],
    [['billion_rows', '1', '--profile', 'bilion'], 'PROFILE_UNKNOWN', 'Did you mean billion?'],
    [['billion_rows', '1'], 'USAGE', 'Add --profile billion'],
  ])('%j is refused with exit code 2', async (args, code, hint) => {
    const result = await row(...args)
    expect([result.code, result.stdout]).toEqual([2, ''])
    expect(result.stderr).toContain(`[${code}]`)
    expect(result.stderr).toContain(hint)
  })
})
