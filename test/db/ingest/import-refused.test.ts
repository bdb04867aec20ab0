import { readFileSync, symlinkSync } from 'node:fs'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { openPool } from '../../../src/db/index.ts'
import { temporaryDir, testDatabase } from '../../support/index.ts'
import { fileIn, importInto, lines, resumeInto, type TestImport } from '../../support/ingest.ts'

const target = testDatabase()
const folder = temporaryDir()
const sql = openPool(target, { max: 1, applicationName: 'test' })
afterAll(() => sql.end({ timeout: 5 }))

const file = (name: string, text: string | Buffer) => fileIn(folder, name, text)
const run = (options: TestImport) => importInto(target, options)
const rows = (query: string) => sql.unsafe(query)

describe('rows that the server refuses', () => {
  beforeAll(async () => {
    await sql.unsafe(`
      create table owners (id int primary key); insert into owners select generate_series(1, 10);
      create table picky (id int primary key check (id <> 13), day date not null, owner int references owners, note text);`)
  })
  afterEach(() => sql`truncate picky`)

  /** A line for each way to be refused; line 1 is the header, and row 2 has two lines. */
  const bad: Record<number, string> = {
    5: 'x,2025-01-01,1,not a number',
    13: '13,2025-01-01,1,check',
    40: '3,2025-01-01,1,key',
    70: '70,,1,null',
    90: '90,2025-01-01,99,no owner',
    120: '120,2025-01-01',
    121: '121,2025-01-01,1,too,many',
    150: '150,2025-02-30,1,no day',
  }
  const text = () =>
    `id,day,owner,note\n${lines(200, (i) => bad[i] ?? `${i},2025-01-01,${(i % 10) + 1},${i === 2 ? '"two\nlines"' : 'x'}`)}`
  // The header, and one line more from row 3 on.
  const badLines = Object.keys(bad).map((i) => Number(i) + 2)

  test.each([
    ['straight into the table', 'error', 1 << 20],
    ['in several parts', 'error', 700],
    ['over a stage', 'skip', 900],
  ] as const)(
    'are noted with file, line, column and reason, and the others arrive: %s',
    async (_, duplicates, chunkBytes) => {
      const rejects = join(folder, 'rejects.csv')
      const path = file('picky.csv', text())
      const report = await run({
        into: 'picky',
        paths: [path],
        rejects,
        maxRejects: 10,
        chunkBytes,
        duplicates,
        // Of two rows with one key the later one is to be refused.
        jobs: 1,
      })
      const duplicate = duplicates === 'skip' ? 1 : 0
      expect(report).toMatchObject({ read: 200, inserted: 192, rejected: 8 - duplicate, skipped: duplicate })
      const noted = readFileSync(rejects, 'utf8').trimEnd().split('\n').slice(1)
      const expected = badLines.filter((line) => duplicate === 0 || line !== 42)
      expect(noted.map((line) => Number(line.split(',')[1]))).toEqual(expected)
      expect(noted[0]).toMatch(/picky\.csv,7,id,.*invalid input syntax for type integer/)
      expect(noted.find((line) => line.includes(',72,'))).toMatch(/,72,day,/)
    },
  )

  test('are left out when they are surely not wanted', async () => {
    const path = file('unwanted.csv', text())
    const rejects = join(folder, 'unwanted-rejects.csv')
    const report = await run({ into: 'picky', paths: [path], where: 'owner = 2', rejects, maxRejects: 1 })
    // Only the row that has no owner at all is for the server to judge.
    expect(report).toMatchObject({ read: 200, inserted: 19, rejected: 1, filtered: 180 })
    expect(readFileSync(rejects, 'utf8')).toMatch(/unwanted\.csv,122,/)
  })

  test('the first one stops the import; of its part nothing is kept', async () => {
    const path = file('first.csv', text())
    await expect(run({ into: 'picky', paths: [path], chunkBytes: 1 << 20 })).rejects.toMatchObject({
      code: 'IMPORT_ROW_REFUSED',
      message: expect.stringMatching(/^first\.csv:7, column id: invalid input syntax/),
      facts: { line: 7, column: 'id' },
    })
    expect(await rows('select * from picky')).toEqual([])
  })

  test('one more than may be refused stops it, too; --resume may allow more', async () => {
    const path = file('many.csv', text())
    const rejects = join(folder, 'many-rejects.csv')
    const stopped = run({
      into: 'picky',
      paths: [path],
      rejects,
      maxRejects: 3,
      chunkBytes: 700,
      jobs: 1,
      abandon: true,
    })
    await expect(stopped).rejects.toMatchObject({
      code: 'IMPORT_ROW_REFUSED',
      message: expect.stringMatching(/^many\.csv:72, column day.* one more than the 3 of --max-rejects/),
    })
    expect(readFileSync(rejects, 'utf8').split('\n').length).toBeGreaterThan(2)
    await expect(resumeInto(target, 'picky')).rejects.toMatchObject({ code: 'IMPORT_ROW_REFUSED' })
    const report = await resumeInto(target, 'picky', { rejects: { rejects, maxRejects: 8 } })
    expect(report).toMatchObject({ read: 200, inserted: 192, rejected: 8 })
    expect(readFileSync(rejects, 'utf8').trimEnd().split('\n')).toHaveLength(9)
  })
})

describe('a quote that is never closed', () => {
  beforeAll(() => sql`create table quoted (id int, note text)`)
  afterEach(() => sql`truncate quoted`)
  const text = `id,note\n${lines(200, (i) => (i === 50 ? '50,a stray " here' : `${i},x`))}`
  const where = ['id > 0', "upper(note) <> 'Y'", undefined] as const

  test.each(
    where.flatMap((condition) => [
      [condition, 'stray.csv', text],
      [condition, 'stray.csv.gz', gzipSync(text)],
    ]) as [string | undefined, string, string | Buffer][],
  )(
    'is no row that is refused, and the rest of the file with it: where %s, %s',
    async (condition, name, content) => {
      const path = file(name, content)
      const rejects = join(folder, 'stray-rejects.csv')
      await expect(
        run({
          into: 'quoted',
          paths: [path],
          where: condition,
          rejects,
          maxRejects: 10,
          chunkBytes: 1 << 20,
        }),
      ).rejects.toMatchObject({
        code: 'IMPORT_FILE_INVALID',
        message: expect.stringMatching(/odd number of quotes/),
      })
      expect(await rows('select * from quoted')).toEqual([])
    },
  )

  test('is named with its line where rows are taken apart', async () => {
    const path = file('stray-line.csv', text)
    await expect(run({ into: 'quoted', paths: [path], chunkBytes: 1 << 20 })).rejects.toThrow(/on line 51/)
  })
})

describe('the file of --rejects', () => {
  beforeAll(() => sql`create table noted (id int)`)
  afterEach(() => sql`truncate noted`)
  const text = `id\n${lines(300, (i) => (i === 250 ? 'x' : String(i)))}`
  const unusable = { code: 'FILE_UNUSABLE' }

  test('is no file that is imported, by whatever name', async () => {
    const path = file('itself.csv', text)
    const link = join(folder, 'link.csv')
    symlinkSync(path, link)
    for (const rejects of [path, link])
      await expect(run({ into: 'noted', paths: [path], rejects, maxRejects: 5 })).rejects.toMatchObject(
        unusable,
      )
    expect(readFileSync(path, 'utf8')).toBe(text)
  })

  test('is nobody’s other file, not where its part is written either', async () => {
    const path = file('fine.csv', text)
    const mine = file('mine.txt', 'my own\n')
    file('other.csv.part', 'my own, too\n')
    for (const rejects of [mine, join(folder, 'other.csv'), folder])
      await expect(run({ into: 'noted', paths: [path], rejects, maxRejects: 5 })).rejects.toMatchObject(
        unusable,
      )
    expect(readFileSync(mine, 'utf8')).toBe('my own\n')
    expect(readFileSync(join(folder, 'other.csv.part'), 'utf8')).toBe('my own, too\n')
    const nowhere = join(folder, 'no-folder', 'r.csv')
    await expect(
      run({ into: 'noted', paths: [path], rejects: nowhere, maxRejects: 5 }),
    ).rejects.toMatchObject(unusable)
    expect(await rows('select * from noted')).toEqual([])
  })

  test('on --resume is one that is there as such: the database alone says nothing of files here', async () => {
    const path = file('stopped.csv', text)
    const rejects = join(folder, 'stopped-rejects.csv')
    const stop = new AbortController()
    await expect(
      run({
        ...{
          into: 'noted',
          paths: [path],
          rejects,
          maxRejects: 5,
          chunkBytes: 300,
          jobs: 1,
          signal: stop.signal,
        },
        emit: ({ type }) => {
          if (type === 'chunk.finished') stop.abort()
        },
      }),
    ).rejects.toMatchObject({ code: 'INTERRUPTED' })
    const victim = file('victim.txt', 'precious\n')
    const point = (to: string) =>
      sql`update gigarow.import_run set plan = plan || jsonb_build_object('rejects', ${to}::text) where state = 'loading' and table_name like '%noted%'`
    for (const to of [victim, join(folder, 'not-there.csv')]) {
      await point(to)
      await expect(resumeInto(target, 'noted')).rejects.toMatchObject({
        ...unusable,
        hint: expect.stringContaining('--rejects FILE --max-rejects 5'),
      })
    }
    expect(readFileSync(victim, 'utf8')).toBe('precious\n')
    await point(rejects)
    const said: string[] = []
    const report = await resumeInto(target, 'noted', {
      emit: (event) => {
        if (event.type === 'notice') said.push(event.message)
      },
    })
    expect(report).toMatchObject({ read: 300, inserted: 299, rejected: 1 })
    expect(said).toEqual([
      expect.stringMatching(/stopped\.csv; refused rows are noted in .*stopped-rejects\.csv/),
    ])
    expect(readFileSync(rejects, 'utf8')).toMatch(/^file,line,column,reason\n.*stopped\.csv,251,id,/)
  })
})
