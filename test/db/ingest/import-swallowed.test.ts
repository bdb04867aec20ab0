import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { openPool } from '../../../src/db/index.ts'
import { temporaryDir, testDatabase } from '../../support/index.ts'
import { fileIn, importInto, lines, type TestImport } from '../../support/ingest.ts'

const target = testDatabase()
const folder = temporaryDir()
const sql = openPool(target, { max: 1, applicationName: 'test' })
afterAll(() => sql.end({ timeout: 5 }))

const file = (name: string, text: string | Buffer) => fileIn(folder, name, text)
const run = (options: TestImport) => importInto(target, { abandon: true, again: true, ...options })
const rows = (query: string) => sql.unsafe(query)

/** The server judges it, and leaves out every fourth row. */
const where = "right(name, 1) <> 'd' and length(name) > 0"
const body = lines(400, (i) => `${i},${i}${'abcd'[i % 4]}`)

describe('what a trigger swallows is not taken for what WHERE has left out, nor for a key that is there', () => {
  beforeAll(() =>
    sql.unsafe(`
      create table watched (id int primary key, name text);
      create table parts (id int primary key, name text) partition by range (id);
      create table parts_low partition of parts for values from (minvalue) to (300);
      create table parts_high partition of parts for values from (300) to (maxvalue);
      create function lose() returns trigger language plpgsql as 'begin return null; end';
      create function lower_name() returns trigger language plpgsql as 'begin new.name := lower(new.name); return new; end';
      create table named (name text primary key, n int);
      create trigger lower_name before insert on named for each row execute function lower_name();`),
  )
  beforeEach(() =>
    sql.unsafe(`
      truncate watched, parts, named;
      drop trigger if exists lose on watched; drop trigger if exists lose on parts_high;
      create trigger lose before insert on watched for each row when (new.id = 77) execute function lose();
      create trigger lose before insert on parts_high for each row when (new.id = 377) execute function lose()`),
  )

  const modes = ['error', 'skip', 'update'] as const
  test.each(
    ['watched', 'parts'].flatMap((table) =>
      modes.flatMap((duplicates) =>
        [where, undefined].map(
          (condition) => [table, duplicates, condition] satisfies [string, string, string | undefined],
        ),
      ),
    ),
  )('%s, --on-duplicate %s, where %s', async (into, duplicates, condition) => {
    const paths = [file('lost.csv', `id,name\n${body}`)]
    await sql`insert into watched values (1, 'there')`
    await sql`insert into parts values (1, 'there')`
    const skips = duplicates === 'error' ? 0 : 1
    if (duplicates === 'error') await sql`truncate watched, parts`
    const options = { into, paths, duplicates, where: condition, jobs: 1, chunkBytes: 1 << 20 }
    await expect(run(options)).rejects.toMatchObject({ code: 'IMPORT_COUNT_DIFFERS' })
    expect(await rows(`select * from ${into}`)).toHaveLength(skips)
    // The same trigger that lets all rows through is in nobody's way.
    await sql.unsafe(`
      drop trigger lose on watched; create trigger lose before insert on watched for each row when (new.id < 0) execute function lose();
      drop trigger lose on parts_high; create trigger lose before insert on parts_high for each row when (new.id < 0) execute function lose()`)
    const wanted = condition === undefined ? 400 : 300
    expect(await run(options)).toMatchObject({
      read: 400,
      filtered: 400 - wanted,
      inserted: wanted - skips,
      updated: duplicates === 'update' ? skips : 0,
      skipped: duplicates === 'skip' ? skips : 0,
    })
  })

  test('a trigger that changes keys swallows nothing', async () => {
    await sql`insert into named values ('b', 0)`
    const paths = [file('named.csv', 'name,n\nA,1\nB,2\na,3\nC,4\n')]
    const report = await run({ into: 'named', paths, duplicates: 'skip', jobs: 1 })
    expect(report).toMatchObject({ read: 4, inserted: 2, skipped: 2 })
    expect(await rows('select name from named order by name')).toEqual(
      ['a', 'b', 'c'].map((name) => ({ name })),
    )
  })

  test('a row that the server refuses is found over the stage, too', async () => {
    await sql`truncate watched`
    const paths = [file('refused.csv', `id,name\n${body.replace('\n50,', '\nfifty,')}`)]
    await expect(run({ into: 'watched', paths, where })).rejects.toMatchObject({
      code: 'IMPORT_ROW_REFUSED',
      facts: { line: 51, column: 'id' },
    })
  })
})

describe('a line of \\. alone', () => {
  beforeAll(() => sql`create table dots (a text)`)
  beforeEach(() => sql`truncate dots`)
  const text = `a\n${lines(50, (i) => `x${i}`)}\\.\n${lines(50, (i) => `y${i}`)}`

  test.each(["upper(a) <> 'X1'", "a <> 'x1' and upper(a) <> 'X1'", undefined])(
    'is a value, or the import stops there, also where the server leaves out rows: where %s',
    async (condition) => {
      const outcome = await run({ into: 'dots', paths: [file('dots.csv', text)], where: condition }).catch(
        (error) => error,
      )
      const found = (await rows('select a from dots')).map(({ a }) => a)
      if (outcome instanceof Error) {
        expect(outcome).toMatchObject({ code: 'IMPORT_COUNT_DIFFERS', facts: { line: 52 } })
        expect(found).toEqual([])
      } else expect(found).toHaveLength(condition === undefined ? 101 : 100)
    },
  )

  test('in quotes is a value, and more than that on a line, too', async () => {
    const values = ['\\.', '\\.x', 'a\n\\.\nb', 'x\\.']
    const quoted = lines(4, (i) => `"${values[i - 1]}"`)
    const report = await run({
      into: 'dots',
      paths: [file('in.csv', `a\n${quoted}gone\n`)],
      where: "upper(a) <> 'GONE'",
    })
    expect(report).toMatchObject({ read: 5, inserted: 4, filtered: 1 })
    expect((await rows('select a from dots')).map(({ a }) => a)).toEqual(values)
  })
})
