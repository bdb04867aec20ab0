import { describe, expect, test } from 'vitest'
import { checkFlags, type SeedFlags, tableNames } from '../../../../src/cli/seed/flags.ts'

describe('options of seed that would have no effect are refused', () => {
  test.each<[SeedFlags, string]>([
    [{ to: 'csv', jobs: '4' }, '--jobs does not go with it'],
    [{ to: 'csv', filler: 'sql', chunkRows: '5000' }, '--filler and --chunk-rows do not go with it'],
    [{ unsafe: true }, '--unsafe does nothing without --tune'],
    [{ restart: false, drain: '1s' }, '--no-restart and --drain do nothing without --tune'],
    [{ restartWith: 'manual', dryRun: true }, '--restart-with does nothing without --tune'],
    [{ memory: '1GB', cpus: '2', disk: 'ssd', walFree: '1GB' }, '--wal-free do nothing'],
  ])('%o', (flags, message) => {
    expect(() => checkFlags(flags)).toThrow(
      expect.objectContaining({ code: 'USAGE', message: expect.stringContaining(message) }),
    )
  })
})

test('with --tune, or with --resume of a load that died with a profile, they are taken', () => {
  const flags = { unsafe: true, restart: false, restartWith: 'manual', drain: '1s', memory: '1GB' }
  expect(checkFlags({ ...flags, tune: 'bulk' })).toMatchObject({ tune: 'bulk' })
  expect(checkFlags({ ...flags, resume: true })).toMatchObject({ resume: true })
  // What commander says of --no-restart where it is not given, and a flag that is not of --tune alone.
  expect(checkFlags({ restart: true, diskFree: '1GB', to: 'csv' })).toMatchObject({ diskFree: '1GB' })
})

test('--only takes blanks around commas', () => {
  expect(tableNames(' users, emails ,')).toEqual(['users', 'emails'])
  for (const none of ['', ' , ']) expect(() => tableNames(none)).toThrow('--only names no table.')
})
