import { afterAll, beforeEach, describe, expect, test } from 'vitest'
import { type Database, openPool, withDatabase } from '../../../src/db/index.ts'
import {
  type ImportRun,
  importFiles,
  type PlannedImport,
  planImport,
  resumeImport,
  stoppedImport,
} from '../../../src/ingest/index.ts'
import { temporaryDir, testDatabase } from '../../support/index.ts'
import { fileIn, importInto, lines, resumeInto } from '../../support/ingest.ts'

const target = testDatabase()
const folder = temporaryDir()
const sql = openPool(target, { max: 1, applicationName: 'test' })
afterAll(() => sql.end({ timeout: 5 }))

const table = { schema: 'public', name: 'held' }
const paths = [fileIn(folder, 'held.csv', `id\n${lines(3000, String)}`)]
const onDatabase = <T>(use: (db: Database) => Promise<T>) =>
  withDatabase(target, { doing: 'importing', max: 3 }, use)
const quietly = () => ({
  jobs: 1,
  abandon: false,
  again: false,
  emit: () => {},
  signal: new AbortController().signal,
})
const whole = async () => (await sql`select count(*)::int as n, count(distinct id)::int as ids from held`)[0]

/** Imports until one part is done. */
async function stopped(kind = ''): Promise<void> {
  await sql.unsafe(`drop table if exists held; create ${kind} table held (id int)`)
  const stop = new AbortController()
  await expect(
    importInto(target, {
      ...{ into: 'held', paths, chunkBytes: 1024, jobs: 1, abandon: true, signal: stop.signal },
      emit: ({ type }) => {
        if (type === 'chunk.finished') stop.abort()
      },
    }),
  ).rejects.toMatchObject({ code: 'INTERRUPTED' })
}

const changed = (what: RegExp) => ({
  code: 'IMPORT_TABLE_CHANGED',
  facts: { table: 'held', what: expect.stringMatching(what) },
})

describe('a stopped import goes on only in the table that it began with', () => {
  test('not in one of the same name', async () => {
    await stopped()
    await sql`drop table held`
    await sql`create table held (id int)`
    await expect(resumeInto(target, 'held')).rejects.toMatchObject(changed(/made anew/))
    expect(await importInto(target, { into: 'held', paths, abandon: true })).toMatchObject({ counted: 3000 })
  })

  test('not where TRUNCATE has emptied it', async () => {
    await stopped()
    await sql`truncate held`
    await expect(resumeInto(target, 'held')).rejects.toMatchObject(
      changed(/rows that were imported are gone/),
    )
    expect(await whole()).toEqual({ n: 0, ids: 0 })
  })

  test('also where it was written anew with its rows', async () => {
    await stopped()
    await sql`vacuum full held`
    expect(await resumeInto(target, 'held')).toMatchObject({ inserted: 3000, counted: 3000 })
  })

  test('where it was unlogged and is logged now, with what it holds', async () => {
    await stopped('unlogged')
    await sql`alter table held set logged`
    expect(await resumeInto(target, 'held')).toMatchObject({ inserted: 3000, counted: 3000 })
    expect(await whole()).toEqual({ n: 3000, ids: 3000 })
  })

  test('not where it was unlogged, is logged now, and the server has crashed: nothing goes in twice', async () => {
    await stopped('unlogged')
    await sql`alter table held set logged`
    // What a crash does.
    await sql`truncate gigarow.import_witness`
    const before = await whole()
    await expect(resumeInto(target, 'held')).rejects.toMatchObject(changed(/has crashed/))
    expect(await whole()).toEqual(before)
  })

  test('not where it is unlogged now, until it is logged again', async () => {
    await stopped()
    await sql`alter table held set unlogged`
    await expect(resumeInto(target, 'held')).rejects.toMatchObject(changed(/unlogged now/))
    await sql`alter table held set logged`
    expect(await resumeInto(target, 'held')).toMatchObject({ inserted: 3000, counted: 3000 })
  })
})

describe('what was seen before the import had its turn is looked at again', () => {
  let planned: PlannedImport
  const plan = () =>
    onDatabase((db) =>
      planImport(db, {
        paths,
        table,
        delimiter: ',',
        nullText: '',
        duplicates: 'error',
        maxRejects: 0,
        jobs: 1,
      }),
    )

  beforeEach(async () => {
    await sql.unsafe('drop table if exists held; create table held (id int)')
    planned = await plan()
  })

  test('of two alike, planned for the same empty table, the second one is refused', async () => {
    const second = await plan()
    expect(await onDatabase((db) => importFiles(db, planned, quietly()))).toMatchObject({ counted: 3000 })
    await expect(onDatabase((db) => importFiles(db, second, quietly()))).rejects.toMatchObject({
      code: 'IMPORT_DONE_BEFORE',
    })
    expect(await whole()).toEqual({ n: 3000, ids: 3000 })
  })

  test.each<[string, RegExp, (run: ImportRun) => Promise<unknown>]>([
    ['finished', /was finished meanwhile/, () => resumeInto(target, 'held')],
    [
      'given up',
      /was given up meanwhile/,
      async () => {
        await sql`truncate held`
        return importInto(target, { into: 'held', paths, abandon: true })
      },
    ],
  ])('a stopped one that was %s meanwhile is not gone on with', async (_, message, meanwhile) => {
    await stopped()
    const run = await onDatabase((db) => stoppedImport(db, table))
    await meanwhile(run)
    await expect(onDatabase((db) => resumeImport(db, run, quietly()))).rejects.toMatchObject({
      code: 'IMPORT_NOTHING_TO_RESUME',
      message: expect.stringMatching(message),
    })
    expect(await whole()).toEqual({ n: 3000, ids: 3000 })
  })
})
