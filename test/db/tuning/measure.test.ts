import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, describe, expect, it } from 'vitest'
import { targetUrl, withDatabase } from '../../../src/db/index.ts'
import { applyTuning, measureTuning, revertTuning, tuningStatus } from '../../../src/tuning/index.ts'
import { runCli, temporaryDir } from '../../support/index.ts'
import { checkMarkup } from '../../support/markup.ts'
import { onServer, profileOf, serverOfFile, snapshot } from './support.ts'

const { cluster, tuning } = serverOfFile()
const PROFILE = profileOf({
  work_mem: { value: '32MB' },
  maintenance_work_mem: { value: '2MB' },
  jit: { value: false, level: 'L0' },
  checkpoint_completion_target: { value: 0.9 },
})
const MEASURE = { ...tuning, profile: PROFILE, hardware: {}, allowUnsafe: false, restart: false, repeats: 2 }

let before: Awaited<ReturnType<typeof snapshot>>
beforeAll(async () => {
  await cluster.start()
  before = await snapshot(cluster)
})

async function expectAllBack(): Promise<void> {
  expect(await snapshot(cluster)).toEqual(before)
  expect((await tuningStatus(tuning)).open).toBe(false)
}

/** What a session of the load sees; as slow as `slow` says of it. */
const loading =
  (seen: string[], slow: (settings: string) => number = () => 1) =>
  async (settings: Readonly<Record<string, string>>) => {
    const text = await withDatabase(
      { ...(await cluster.start()), settings },
      { doing: 'loading', max: 1 },
      async ({ sql }) => {
        const [row] = await sql<{ text: string }[]>`
          select concat_ws(' ', current_setting('work_mem'), current_setting('maintenance_work_mem'), current_setting('jit')) as text`
        return row!.text
      },
    )
    seen.push(text)
    return { seconds: slow(text), phases: { load: slow(text) }, walBytes: 1000 }
  }

describe('a measurement', () => {
  it('loads without, with all and with each setting alone, there and back, and leaves all as it was', async () => {
    const seen: string[] = []
    const slow = (text: string) => (text.includes('2MB off') ? 2 : 4) + seen.length / 100
    const { without, all, parts, left } = await measureTuning({ ...MEASURE, load: loading(seen, slow) })
    const [plain, whole, memory, buffers, jit] = [
      '4MB 256MB on',
      '32MB 2MB off',
      '32MB 256MB on',
      '4MB 2MB on',
      '4MB 256MB off',
    ]
    expect(seen).toEqual([whole, plain, whole, memory, buffers, jit, jit, buffers, memory, whole, plain])
    expect(all.factor).toBeCloseTo(2, 0)
    expect([all.clear, without.clear]).toEqual([true, false])
    expect(parts.map((p) => [p.part!.names[0], p.part!.settings[0]!.to, p.clear])).toEqual([
      ['work_mem', '32MB', false],
      ['maintenance_work_mem', '2MB', false],
      ['jit', 'off', false],
    ])
    expect(left).toEqual([{ name: 'checkpoint_completion_target', why: 'has this value already' }])
    await expectAllBack()
  })

  it('that is stopped, or whose load fails, leaves all as it was', async () => {
    const stop = new AbortController()
    const stopping = measureTuning({
      ...MEASURE,
      signal: stop.signal,
      load: async () => {
        stop.abort()
        throw new Error('cancelled')
      },
    })
    await expect(stopping).rejects.toMatchObject({
      code: 'INTERRUPTED',
      message: expect.stringContaining('measurement'),
    })
    await expectAllBack()
    const failing = measureTuning({
      ...MEASURE,
      restart: false,
      load: () => Promise.reject(new Error('full')),
    })
    await expect(failing).rejects.toThrow('full')
    await expectAllBack()
  })

  it('is refused where a profile is in force, and where nothing of it can be measured', async () => {
    await applyTuning({ ...MEASURE, profile: profileOf({ work_mem: { value: '8MB' } }) })
    await expect(measureTuning({ ...MEASURE, load: loading([]) })).rejects.toMatchObject({
      code: 'TUNING_OPEN',
    })
    await revertTuning({ ...tuning, restart: false, conflicts: 'report' })
    const profile = profileOf({ work_mem: { value: '4MB' } })
    await expect(measureTuning({ ...MEASURE, profile, load: loading([]) })).rejects.toMatchObject({
      code: 'TUNING_NOT_ALLOWED',
      message: expect.stringContaining('has this value already'),
    })
    await expectAllBack()
  })
})

describe('the command line', () => {
  it('measures real loads in a database of its own, and writes table, JSON and report', async () => {
    const root = temporaryDir()
    mkdirSync(join(root, 'tuning'))
    writeFileSync(
      join(root, 'tuning/one.js'),
      `export default { name: 'one', description: 'a test', settings: { work_mem: { value: '32MB', reason: '<b>', level: 'L1' }, wal_buffers: { value: '2MB', reason: 'c', level: 'L2' } } }`,
    )
    writeFileSync(join(root, 'package.json'), '{ "type": "module" }')
    writeFileSync(
      join(root, 'gigarow.config.json'),
      JSON.stringify({ url: targetUrl(await cluster.start()) }),
    )
    const args = ['tune', 'measure', 'one', '--rows', '2000', '--repeats', '1', '--jobs', '1']
    const databases = () => onServer(cluster, (sql) => sql`select datname from pg_database order by 1`)
    const there = await databases()
    const { code, stdout, stderr } = await runCli([...args, '--report', 'r.html', '--json'], { cwd: root })
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
    const report = JSON.parse(stdout)
    expect(report).toMatchObject({ profile: 'one', rows: 2000, jobs: 1, repeats: 1 })
    expect(report.left).toEqual([
      { name: 'wal_buffers', why: expect.stringContaining('nothing here restarts') },
    ])
    expect(report.parts[0]).toMatchObject({
      part: { names: ['work_mem'] },
      seconds: { runs: [expect.any(Number)] },
    })
    expect(Object.keys(report.without.phases)).toEqual(['load', 'indexes', 'vacuum', 'verify'])
    expect(report.without.walBytes).toBeGreaterThan(100_000)
    const page = readFileSync(join(root, 'r.html'), 'utf8')
    checkMarkup(page)
    expect(page).toContain('only work_mem')
    expect(await databases()).toEqual(there)
    await expectAllBack()
  })
})
