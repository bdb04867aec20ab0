import postgres from 'postgres'
import { expect, test } from 'vitest'
import { readCatalog } from '../../../src/catalog/index.ts'
import { openPool, type Sql, targetUrl } from '../../../src/db/index.ts'
import { lintSql } from '../../../src/lint/index.ts'
import { splitStatements } from '../../../src/sql/index.ts'
import { testDatabase } from '../../support/index.ts'

const database = testDatabase()

async function withTables<T>(tables: string, use: (sql: Sql) => Promise<T>): Promise<T> {
  const sql = openPool(database, { max: 1, applicationName: 'lint' })
  try {
    await sql.unsafe('drop schema public cascade; create schema public')
    await run(sql, tables)
    return await use(sql)
  } finally {
    await sql.end()
  }
}

async function run(sql: Sql, text: string): Promise<void> {
  for (const statement of await splitStatements(text)) await sql.unsafe(statement.sql)
}

async function lint(sql: Sql, text: string) {
  const catalog = await readCatalog({ sql })
  return lintSql(text, { file: 'x.sql', major: catalog.major, catalog })
}

const PARTITIONED = `create table p (id bigint not null, at date not null) partition by range (at);
  create table p_1 partition of p for values from ('2025-01-01') to ('2025-02-01');
  create table "p 2" partition of p for values from ('2025-02-01') to ('2025-03-01');`

test('a large table is named with its size; a lock on a small one is a notice', async () => {
  const tables = `create table large (id bigint); insert into large select generate_series(1, 20000);
    create table small (id bigint); insert into small values (1); analyze;`
  await withTables(tables, async (sql) => {
    const found = await lint(sql, 'create index on large (id); create index on small (id);')
    expect(found.map(({ severity, text }) => [severity, text])).toEqual([
      ['lock', expect.stringMatching(/ large holds 20k rows, \d+ kB\.$/)],
      ['notice', expect.stringMatching(/ small holds 1 row, 8 kB: that is over in a moment\.$/)],
    ])
  })
})

test('the size of a partitioned table is that of its partitions', async () => {
  const tables = `${PARTITIONED} insert into p select i, '2025-01-05' from generate_series(1, 15000) i; analyze;`
  await withTables(tables, async (sql) => {
    const [finding] = await lint(sql, 'create index on p (id)')
    expect(finding?.severity).toBe('lock')
    expect(finding?.text).toMatch(/ p holds 15k rows, \d+ kB\.$/)
  })
})

test('a check that is valid makes SET NOT NULL cheap, one that is not does not', async () => {
  const tables = `create table t (a int, b int, c int not null);
    alter table t add constraint proof check (a is not null and b > 0);
    alter table t add constraint open check (b is not null) not valid;`
  await withTables(tables, async (sql) => {
    const of = async (column: string) =>
      (await lint(sql, `alter table t alter ${column} set not null`)).length
    expect([await of('a'), await of('b'), await of('c')]).toEqual([0, 1, 0])
  })
})

test('types, volatility of functions and indexes are those of the server', async () => {
  const tables = `create table t (a varchar(10), "Wéird" numeric(8,2));
    create function fixed() returns int language sql stable as 'select 1';
    create function dice() returns int language sql as 'select 1';`
  await withTables(tables, async (sql) => {
    const rules = async (text: string) => (await lint(sql, text)).map(({ rule }) => rule)
    expect(await rules('alter table t alter a type varchar(20), alter "Wéird" type numeric(9,2)')).toEqual([])
    expect(await rules('alter table t alter "Wéird" type numeric(9,3)')).toEqual(['change-type'])
    expect(await rules('alter table t add x int default fixed()')).toEqual([])
    expect(await rules('alter table t add x int default dice()')).toEqual(['volatile-default'])
  })
})

test('the recipe for an index on a partitioned table runs as it stands, and has no finding itself', async () => {
  await withTables(PARTITIONED, async (sql) => {
    const [finding] = await lint(sql, 'create unique index p_idx on p (id, at)')
    expect(finding?.rule).toBe('index-on-partitioned')
    expect(await lint(sql, finding!.help)).toEqual([])
    await run(sql, finding!.help)
    const [index] = await sql<{ valid: boolean }[]>`
      select indisvalid as valid from pg_index where indexrelid = 'p_idx'::regclass`
    expect(index?.valid).toBe(true)
  })
})

test('so does the one for a unique constraint on a partitioned table', async () => {
  await withTables(PARTITIONED, async (sql) => {
    const [finding] = await lint(sql, 'alter table p add constraint p_key unique (id, at)')
    expect(finding?.rule).toBe('unique-builds-index')
    expect((await lint(sql, finding!.help)).map(({ text }) => text)).toEqual([])
    await run(sql, finding!.help)
    const [index] = await sql<{ valid: boolean }[]>`
      select indisvalid as valid from pg_index where indexrelid = 'p_key'::regclass`
    expect(index?.valid).toBe(true)
  })
})

test('next to a default partition the plain DETACH is what there is, and the server agrees', async () => {
  await withTables(`${PARTITIONED} create table rest partition of p default;`, async (sql) => {
    const [finding] = await lint(sql, 'alter table p detach partition p_1 concurrently')
    expect(finding?.text).toBe(
      'p has the default partition rest: PostgreSQL refuses to detach a partition CONCURRENTLY then.',
    )
    await expect(sql.unsafe('alter table p detach partition p_1 concurrently')).rejects.toThrow(/default/)
    await run(sql, finding!.help)
  })
})

test('before 18 a foreign key of a partitioned table takes over those of its partitions', async () => {
  await withTables(`${PARTITIONED} create table r (id bigint primary key);`, async (sql) => {
    const catalog = await readCatalog({ sql })
    const text = 'alter table p add constraint fk foreign key (id) references r'
    const [finding] = await lintSql(text, { file: 'x.sql', major: 17, catalog })
    await run(sql, finding!.help)
    const keys = await sql<{ table: string; inherited: boolean }[]>`
      select conrelid::regclass::text as table, conparentid <> 0 as inherited from pg_constraint
       where contype = 'f' and confrelid = 'r'::regclass order by 1`
    expect(keys).toEqual([
      { table: '"p 2"', inherited: true },
      { table: 'p', inherited: false },
      { table: 'p_1', inherited: true },
    ])
  })
})

test('a proof for ATTACH spares the scan: the server says so', async () => {
  const tables = `${PARTITIONED} create table n (id bigint not null, at date not null); insert into n values (1, '2025-03-02');`
  await withTables(tables, async (sql) => {
    const [finding] = await lint(
      sql,
      `alter table p attach partition n for values from ('2025-03-01') to ('2025-04-01')`,
    )
    expect(finding?.rule).toBe('attach-scans')
    const notices: string[] = []
    const listening = postgres(targetUrl(database), {
      max: 1,
      onnotice: (notice) => notices.push(notice.message ?? ''),
    })
    await listening.unsafe('set client_min_messages = debug1')
    await run(listening, finding!.help)
    await listening.end()
    expect(notices).toContainEqual('partition constraint for table "n" is implied by existing constraints')
    const [{ parts } = { parts: 0 }] = await sql<{ parts: number }[]>`
      select count(*)::int as parts from pg_inherits where inhparent = 'p'::regclass`
    expect(parts).toBe(3)
  })
})
