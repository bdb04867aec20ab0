import { appendFileSync, readFileSync, utimesSync, writeFileSync } from 'node:fs'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import energy from '../../../seeds/energy.ts'
import { openPool } from '../../../src/db/index.ts'
import type { ImportEvent } from '../../../src/ingest/index.ts'
import { scaleProfile } from '../../../src/seed/index.ts'
import { temporaryDir, testDatabase } from '../../support/index.ts'
import { fileIn, importInto, lines, resumeInto, type TestImport } from '../../support/ingest.ts'
import { load } from '../../support/load.ts'
import { until } from '../../support/until.ts'

const target = testDatabase()
const folder = temporaryDir()
const sql = openPool(target, { max: 1, applicationName: 'test' })
afterAll(() => sql.end({ timeout: 5 }))

const file = (name: string, text: string | Buffer) => fileIn(folder, name, text)
const run = (options: TestImport) => importInto(target, options)
const rows = (query: string) => sql.unsafe(query)

describe('an import that stopped', () => {
  beforeAll(() => sql`create table plain (id int, note text)`)
  afterEach(() => sql`truncate plain`)
  const body = (from: number) => lines(5000, (i) => `${from + i},note ${from + i}`)

  /** Imports until some parts are done, then is interrupted. */
  async function stopped(path: string, options: Partial<TestImport> = {}) {
    const stop = new AbortController()
    let parts = 0
    const emit = ({ type }: ImportEvent) => {
      if (type === 'chunk.finished' && ++parts === 3) stop.abort()
    }
    await expect(
      run({ into: 'plain', paths: [path], chunkBytes: 2048, signal: stop.signal, emit, ...options }),
    ).rejects.toMatchObject({ code: 'INTERRUPTED', hint: expect.stringContaining('--resume --into plain') })
  }
  const whole = async () =>
    (await rows('select count(*)::int as n, count(distinct id)::int as ids from plain'))[0]

  test('goes on where it was, each row once', async () => {
    await stopped(file('stop.csv', `id,note\n${body(0)}`))
    expect((await whole())!.n).toBeGreaterThan(0)
    expect(await resumeInto(target, 'plain')).toMatchObject({ read: 5000, inserted: 5000, counted: 5000 })
    expect(await whole()).toEqual({ n: 5000, ids: 5000 })
  })

  test.each<[string, (path: string) => void]>([
    ['another size', (path) => appendFileSync(path, '1,x\n')],
    ['another head', (path) => rewrite(path, (bytes) => bytes.write('ID'))],
    ['another tail', (path) => rewrite(path, (bytes) => bytes.write('7', bytes.length - 2))],
    ['another time', (path) => utimesSync(path, 1, 1)],
  ])('is refused when its file has %s', async (name, change) => {
    const path = file(`${name}.csv`, `id,note\n${body(10_000)}`)
    await stopped(path, { abandon: true })
    const before = await whole()
    change(path)
    await expect(resumeInto(target, 'plain')).rejects.toMatchObject({
      code: 'IMPORT_FILE_CHANGED',
      facts: { file: path },
    })
    expect(await whole()).toEqual(before)
  })

  test('is named to the next one, which may take its place', async () => {
    const path = file('next.csv', `id,note\n${body(0)}`)
    await stopped(path, { abandon: true })
    const next = { into: 'plain', paths: [path] }
    await expect(run(next)).rejects.toMatchObject({ code: 'IMPORT_UNFINISHED' })
    await sql`truncate plain`
    expect(await run({ ...next, abandon: true })).toMatchObject({ inserted: 5000 })
    await expect(run(next)).rejects.toMatchObject({ code: 'IMPORT_DONE_BEFORE', exitCode: 3 })
    expect(await run({ ...next, again: true })).toMatchObject({ inserted: 5000, counted: null })
    await expect(resumeInto(target, 'plain')).rejects.toMatchObject({ code: 'IMPORT_NOTHING_TO_RESUME' })
  })

  test('is given up: those of its files that were imported whole are refused all the same', async () => {
    const first = file('first.csv', `id,note\n${lines(20, (i) => `${i},whole`)}`)
    const bad = file('second.csv', 'id,note\nx,bad\n')
    const stop = { into: 'plain', paths: [first, bad], jobs: 1 }
    await expect(run({ ...stop, abandon: true })).rejects.toMatchObject({ code: 'IMPORT_ROW_REFUSED' })
    const refused = { code: 'IMPORT_DONE_BEFORE', facts: { file: first } }
    const mended = file('mended.csv', 'id,note\n21,good\n')
    await expect(run({ ...stop, paths: [first, mended], abandon: true })).rejects.toMatchObject(refused)
    expect(await run({ ...stop, paths: [mended], abandon: true })).toMatchObject({ inserted: 1 })
    // By now it is given up.
    await expect(run({ ...stop, paths: [first] })).rejects.toMatchObject(refused)
    expect(await whole()).toEqual({ n: 21, ids: 21 })
    // What has not gone in is not refused.
    await expect(run({ ...stop, paths: [bad] })).rejects.toMatchObject({ code: 'IMPORT_ROW_REFUSED' })
  })

  test('is refused while another one works on the table, and so is a load of the database', async () => {
    const path = file('busy.csv', `id,note\n${body(0)}`)
    await sql`create table other (like plain)`
    // The first one waits for this lock in the middle of its work.
    const holder = openPool(target, { max: 1, applicationName: 'holder' })
    await holder.unsafe('begin; lock table plain in share mode')
    const first = run({ into: 'plain', paths: [path], again: true })
    await until('the first one waits', async () => {
      const [waiting] = await sql`
        select from pg_stat_activity where wait_event_type = 'Lock' and application_name like 'gigarow import %' and datname = current_database()`
      return waiting !== undefined
    })
    await expect(run({ into: 'plain', paths: [path], again: true })).rejects.toMatchObject({
      code: 'IMPORT_BUSY',
      facts: { pid: expect.any(Number), since: expect.stringMatching(/^20/), run: expect.any(Number) },
    })
    await expect(load(target, scaleProfile(energy, { rows: 1000 }))).rejects.toMatchObject({
      code: 'SEED_BUSY',
    })
    expect(await run({ into: 'other', paths: [path] })).toMatchObject({ inserted: 5000 })
    await holder.unsafe('commit')
    await holder.end({ timeout: 5 })
    expect(await first).toMatchObject({ inserted: 5000 })
  })

  const rewrite = (path: string, change: (bytes: Buffer) => void) => {
    const bytes = readFileSync(path)
    change(bytes)
    writeFileSync(path, bytes)
  }
})
