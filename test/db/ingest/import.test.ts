import { appendFileSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import energy from '../../../seeds/energy.ts'
import { openPool } from '../../../src/db/index.ts'
import type { ImportEvent, ImportPlan } from '../../../src/ingest/index.ts'
import { scaleProfile, writeCsv } from '../../../src/seed/index.ts'
import { temporaryDir, testDatabase } from '../../support/index.ts'
import { fileIn, importInto, lines, resumeInto, type TestImport } from '../../support/ingest.ts'
import { load, tableDigest } from '../../support/load.ts'

const target = testDatabase()
const folder = temporaryDir()
const sql = openPool(target, { max: 1, applicationName: 'test' })
afterAll(() => sql.end({ timeout: 5 }))

const GENERATION = `
  create table generation_data (timestamp timestamptz not null, generator_id int not null, power_output float8 not null,
    primary key (generator_id, timestamp));`
const file = (name: string, text: string | Buffer) => fileIn(folder, name, text)
const run = (options: TestImport) => importInto(target, options)
const rows = (query: string) => sql.unsafe(query)

describe('the files of the energy profile', () => {
  const profile = scaleProfile(energy, { rows: 20_000 })
  let paths: readonly string[]
  let seeded: string
  const digest = () => tableDigest(sql, 'generation_data')

  beforeAll(async () => {
    await sql.unsafe(GENERATION)
    await load(target, profile)
    seeded = await digest()
    await sql`create table whole as table generation_data`
    await sql`truncate generation_data`
    const files = await writeCsv(profile, {
      folder: join(folder, 'energy'),
      fileRows: 9_000,
      emit: () => {},
      signal: new AbortController().signal,
    })
    paths = files.map((f) => f.file)
  })
  afterEach(() => sql`truncate generation_data`)

  test('are the table that seeding makes, every row of every part once', async () => {
    const events: ImportEvent[] = []
    const report = await run({ into: 'generation_data', paths, emit: (event) => events.push(event) })
    expect(report).toMatchObject({ read: 20_000, inserted: 20_000, filtered: 0, counted: 20_000 })
    expect(await digest()).toBe(seeded)
    expect(events.filter((event) => event.type === 'chunk.finished').length).toBeGreaterThan(30)
    const [bytes] = events
      .filter((event) => event.type === 'progress')
      .map((event) => event.bytes)
      .reduce((sum, bytes) => [sum[0]! + bytes], [0])
    // Headers are read with the plan.
    expect(bytes).toBe(report.bytes - 3 * 'timestamp,generator_id,power_output\r\n'.length)
  })

  test('packed and through a partitioned table, too', async () => {
    await sql.unsafe(`
      create table parted (like generation_data) partition by list (generator_id);
      create table parted_one partition of parted for values in (1);
      create table parted_rest partition of parted default;`)
    const packed = paths.map((path, k) => file(`${k}.csv.gz`, gzipSync(readFileSync(path))))
    const report = await run({ into: 'parted', paths: packed })
    expect(report).toMatchObject({ read: 20_000, inserted: 20_000, counted: 20_000 })
    expect(await tableDigest(sql, 'parted')).toBe(seeded)
    expect((await rows('select count(*)::int as n from parted_one'))[0]!.n).toBe(20)
  })

  test.each([
    ['generator_id in (3, 17, 999)', 'here'],
    ["timestamp >= '2024-12-31 19:30:00-05' and power_output < 20.5", 'here'],
    ["timestamp between '2024-12-31 19:15' and '2024-12-31 19:45' and not generator_id > 100", 'here'],
    ['generator_id < 50 and power_output::int % 2 = 0', 'both'],
    ["date_part('hour', timestamp) = 20", 'server'],
    ['power_output > 30 or generator_id % 7 = 0', 'server'],
  ])('where %s: the rows that the server would choose, judged %s', async (where, judged) => {
    // Constants without a zone are those of the sessions that load.
    await sql.unsafe(`alter database ${target.database} set timezone = 'America/New_York'`)
    await sql.unsafe(
      `set timezone = 'America/New_York'; create temp table chosen as select * from whole where ${where}; set timezone = 'UTC'`,
    )
    const [expected] = await rows('select count(*)::int as n from chosen')
    const chosen = await tableDigest(sql, 'chosen')
    await sql`drop table chosen`
    let plan: ImportPlan | undefined
    const report = await run({ into: 'generation_data', paths, where, onPlan: (made) => (plan = made) })
    expect(plan?.filter?.where).toBe(judged)
    expect(expected!.n).toBeGreaterThan(0)
    expect(report).toMatchObject({ read: 20_000, inserted: expected!.n, filtered: 20_000 - expected!.n })
    expect(await digest()).toBe(chosen)
    await sql.unsafe(`alter database ${target.database} reset timezone`)
  })

  test('a list of values leaves out the others', async () => {
    const report = await run({
      into: 'generation_data',
      paths,
      whereIn: { column: 'generator_id', values: ['5', '6', '2000'] },
      where: 'power_output > 0',
    })
    expect(report).toMatchObject({ inserted: 40, filtered: 20_000 - 40 })
  })
})

test('fields with quotes, line ends, nulls and a byte order mark arrive as they are', async () => {
  await sql`create table texts (id int primary key, "Über" text, other text)`
  const texts = ['', null, 'a"b', 'x\ny', ',', 'é\r\n"', '\\.', ' '] as const
  const cell = (text: string | null | undefined) =>
    text === null || text === undefined ? 'NULL' : `"${text.replaceAll('"', '""')}"`
  const wanted = Array.from({ length: 400 }, (_, i) => ({
    id: i,
    Über: texts[i % texts.length] ?? null,
    other: texts[(i * 5 + 1) % texts.length] ?? null,
  }))
  const body = wanted.map((row) => `${cell(row.other)};${row.id};${cell(row.Über)}\r\n`).join('')
  const path = file('texts.csv', `\uFEFFother;id;Über\r\n${body}`)
  await run({ into: 'texts', paths: [path], delimiter: ';', nullText: 'NULL', chunkBytes: 100, jobs: 3 })
  expect(await rows('select * from texts order by id')).toEqual(wanted)
  await sql`truncate texts`
  const bare = file('bare.csv', body)
  await run({
    into: 'texts',
    paths: [bare],
    columns: ['other', 'id', 'Über'],
    delimiter: ';',
    nullText: 'NULL',
    chunkBytes: 100,
    where: `"Über" is null or other in ('x\ny', 'é\r\n"')`,
  })
  expect(await rows('select * from texts order by id')).toEqual(
    wanted.filter((row) => row.Über === null || row.other === 'x\ny' || row.other === 'é\r\n"'),
  )
})

test('files of another encoding are read by the server', async () => {
  await sql`create table latin (a text)`
  const path = file('latin.csv', Buffer.from('a\nä\n', 'latin1'))
  await run({ into: 'latin', paths: [path], encoding: 'LATIN1', where: "a = 'ä'" })
  expect(await rows('select a from latin')).toEqual([{ a: 'ä' }])
})

describe('what does not fit is refused before anything begins', () => {
  beforeAll(
    () =>
      sql`create table fits (id int not null, name text, day date, made int generated always as (id + 1) stored)`,
  )

  test.each<[string, string, Partial<TestImport>, string, RegExp]>([
    ['an unknown column', 'id,nam\n1,a\n', {}, 'IMPORT_MISFIT', /nam is not in the table \(name\?\)/],
    ['a required column that is missing', 'name\na\n', {}, 'IMPORT_MISFIT', /id is NOT NULL/],
    ['a generated column', 'id,made\n1,2\n', {}, 'IMPORT_MISFIT', /made is generated/],
    ['a column twice', 'id,id\n1,2\n', {}, 'IMPORT_MISFIT', /id is there twice/],
    ['an empty file', '', {}, 'IMPORT_FILE_INVALID', /is empty/],
    ['a file with CR as its line end', 'id,name\r1,a\r', {}, 'IMPORT_FILE_INVALID', /no header line/],
    [
      'a condition on a column that the file has not',
      'id\n1\n',
      { where: "name = 'a'" },
      'IMPORT_MISFIT',
      /asks for name/,
    ],
    [
      'a condition that the server does not take',
      'id\n1\n',
      { where: "id = 'x'" },
      'IMPORT_MISFIT',
      /invalid input/,
    ],
    ...["day >= 'yesterday'", "day in ('2025-01-01', 'TODAY 10:00')", "day between 'now' and 'infinity'"].map(
      (where): [string, string, Partial<TestImport>, string, RegExp] => [
        `a condition that is another one tomorrow, ${where}`,
        'id,day\n1,2025-01-01\n',
        { where },
        'IMPORT_MISFIT',
        /is another time for each part/,
      ],
    ),
    [
      'a key that the table has not',
      'id\n1\n',
      { duplicates: 'skip', key: ['id'] },
      'IMPORT_MISFIT',
      /no unique key/,
    ],
    ['duplicates without a key', 'id\n1\n', { duplicates: 'update' }, 'IMPORT_MISFIT', /no primary key/],
    ['an unknown encoding', 'id\n1\n', { encoding: 'KLINGON' }, 'IMPORT_MISFIT', /KLINGON/],
  ])('%s', async (name, text, options, code, message) => {
    const path = file(`${name}.csv`, text)
    await expect(run({ into: 'fits', paths: [path], ...options })).rejects.toMatchObject({
      code,
      message: expect.stringMatching(message),
    })
    expect(await rows('select * from fits')).toEqual([])
  })

  test('times that begin with a letter and do not pass are constants', async () => {
    const paths = [file('letters.csv', 'id,day\n1,1999-01-08\n2,2000-01-01\n3,1969-01-01\n')]
    const where = "day <= 'Jan 8, 1999' and day > 'epoch' and day < 'infinity'"
    expect(await run({ into: 'fits', paths, where })).toMatchObject({ inserted: 1, filtered: 2 })
    await sql`truncate fits`
  })

  test('a table that is not there', async () => {
    await expect(run({ into: 'nowhere', paths: [file('n.csv', 'id\n1\n')] })).rejects.toMatchObject({
      code: 'TABLE_MISSING',
    })
  })
})

describe('rows whose key is there', () => {
  beforeAll(async () => {
    await sql`create table keyed (id int primary key, name text unique, n int)`
  })
  afterEach(() => sql`truncate keyed`)
  /** 1 to 3,000 in a random order, every third one twice. */
  const body = () =>
    lines(3000, (i) => `${(i * 7919) % 3001},x${(i * 7919) % 3001},1`) +
    lines(1000, (i) => `${i * 3},x${i * 3},2`)

  test('are left out with skip, and counted', async () => {
    await sql`insert into keyed values (5, 'x5', 0), (6, 'x6', 0)`
    const paths = [file('skip.csv', `id,name,n\n${body()}`)]
    const report = await run({ into: 'keyed', paths, duplicates: 'skip', chunkBytes: 1024, jobs: 3 })
    expect(report).toMatchObject({ read: 4000, inserted: 2998, skipped: 1002, updated: 0, counted: null })
    expect(await rows('select count(*)::int as n, count(distinct id)::int as ids from keyed')).toEqual([
      { n: 3000, ids: 3000 },
    ])
    expect(await rows('select n from keyed where id in (5, 6)')).toEqual([{ n: 0 }, { n: 0 }])
  })

  test('take the last values with update; what is the same is not written again', async () => {
    await sql`insert into keyed values (5, 'x5', 1), (7, 'x7', 9)`
    const paths = [file('update.csv', `id,name,n\n${body()}`)]
    const report = await run({ into: 'keyed', paths, duplicates: 'update', chunkBytes: 4096, jobs: 1 })
    expect(report).toMatchObject({ read: 4000, inserted: 2998 })
    expect(report.updated + report.skipped).toBe(1002)
    expect(await rows('select n, count(*)::int as c from keyed group by n order by n')).toEqual([
      { n: 1, c: 2000 },
      { n: 2, c: 1000 },
    ])
    const again = await run({ into: 'keyed', paths, duplicates: 'update', jobs: 1, chunkBytes: 1 << 20 })
    expect(again).toMatchObject({ read: 4000, inserted: 0, updated: 0, skipped: 4000 })
  })

  test('are no duplicates by a null in another unique key', async () => {
    const paths = [file('nulls.csv', 'id,name,n\n1,,1\n2,,2\n3,a,3\n4,a,4\n')]
    const report = await run({ into: 'keyed', paths, duplicates: 'update', key: ['name'], jobs: 1 })
    expect(report).toMatchObject({ inserted: 3, skipped: 1 })
    expect(await rows('select id, name from keyed order by id')).toEqual([
      { id: 1, name: null },
      { id: 2, name: null },
      { id: 4, name: 'a' },
    ])
  })

  test('keep an identity that is always generated: update refuses a file that has another', async () => {
    await sql`create table mails (id int generated always as identity primary key, email text unique not null, n int)`
    await sql`insert into mails (email, n) values ('a', 0)`
    const paths = [file('mails.csv', 'id,email,n\n7,a,1\n8,b,1\n')]
    const options = { into: 'mails', paths, key: ['email'] }
    await expect(run({ ...options, duplicates: 'update' })).rejects.toMatchObject({
      code: 'IMPORT_MISFIT',
      facts: { column: 'id' },
    })
    expect(await run({ ...options, duplicates: 'skip' })).toMatchObject({ inserted: 1, skipped: 1 })
    // As the key itself it is not changed.
    const byId = [file('by-id.csv', 'id,email,n\n8,b,2\n')]
    expect(await run({ into: 'mails', paths: byId, duplicates: 'update' })).toMatchObject({ updated: 1 })
    expect(await rows('select id, email, n from mails order by id')).toEqual([
      { id: 1, email: 'a', n: 0 },
      { id: 8, email: 'b', n: 2 },
    ])
  })

  test('stop the import with error, at their line', async () => {
    await sql`insert into keyed values (2, 'b', 0)`
    const paths = [file('error.csv', 'id,name,n\n1,a,1\n2,c,1\n')]
    await expect(run({ into: 'keyed', paths })).rejects.toMatchObject({
      code: 'IMPORT_ROW_REFUSED',
      message: expect.stringMatching(/^error\.csv:3: duplicate key .*keyed_pkey/),
    })
    expect(await rows('select id from keyed')).toEqual([{ id: 2 }])
    await run({ into: 'keyed', paths, abandon: true, duplicates: 'skip' })
    expect(await rows('select id from keyed order by id')).toEqual([{ id: 1 }, { id: 2 }])
  })
})

test('a file that is written to while it is read: nothing of that part stays', async () => {
  await sql`create table moving (id int)`
  const path = file('moving.csv', `id\n${lines(1000, String)}`)
  let done = false
  const emit = ({ type }: ImportEvent) => {
    if (type !== 'progress' || done) return
    done = true
    appendFileSync(path, '1001\n')
  }
  await expect(run({ into: 'moving', paths: [path], emit, jobs: 1 })).rejects.toMatchObject({
    code: 'IMPORT_FILE_CHANGED',
  })
  expect(await rows('select * from moving')).toEqual([])
})

test('rows that the server swallows are missed, and nothing of their part stays', async () => {
  await sql.unsafe(`
    create table swallowed (id int);
    create function swallow() returns trigger language plpgsql as 'begin return null; end';
    create trigger swallow before insert on swallowed for each row when (new.id = 77) execute function swallow();`)
  const path = file('swallowed.csv', `id\n${lines(100, String)}`)
  await expect(run({ into: 'swallowed', paths: [path] })).rejects.toMatchObject({
    code: 'IMPORT_COUNT_DIFFERS',
    facts: { sent: 100, taken: 99 },
  })
  expect(await rows('select * from swallowed')).toEqual([])
})

test('a line of \\. alone loses nothing: it is a value, or the import stops', async () => {
  await sql`create table dots (a text)`
  const path = file('dots.csv', 'a\nx\n\\.\ny\n')
  const outcome = await run({ into: 'dots', paths: [path] }).catch((error) => error)
  const found = await rows('select a from dots')
  if (outcome instanceof Error) {
    expect(outcome).toMatchObject({ code: 'IMPORT_COUNT_DIFFERS' })
    expect(found).toEqual([])
  } else expect(found.map(({ a }) => a)).toEqual(['x', '\\.', 'y'])
})

test('an unlogged table that a crash of the server has emptied is imported again', async () => {
  await sql`create unlogged table fleeting (id int)`
  const path = file('fleeting.csv', `id\n${lines(3000, String)}`)
  const stop = new AbortController()
  const emit = ({ type }: ImportEvent) => {
    if (type === 'chunk.finished') stop.abort()
  }
  await expect(
    run({ into: 'fleeting', paths: [path], chunkBytes: 1024, jobs: 1, signal: stop.signal, emit }),
  ).rejects.toMatchObject({ code: 'INTERRUPTED' })
  // What a crash does to all unlogged tables at once.
  await sql`truncate fleeting, gigarow.import_witness`
  const messages: string[] = []
  const report = await resumeInto(target, 'fleeting', {
    emit: (event) => {
      if (event.type === 'notice') messages.push(event.message)
    },
  })
  expect(report).toMatchObject({ inserted: 3000, counted: 3000 })
  expect(messages[0]).toMatch(/has lost the \d+ rows/)
})
