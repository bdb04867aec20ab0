import { expect, test } from 'vitest'
import { testDatabase, testMajor } from '../../support/index.ts'
import { catalogOn } from './fixture.ts'

const { catalogOf, read, sql } = catalogOn(testDatabase())

test('a table with everything', async () => {
  const { get } = await catalogOf(`
    create type mood as enum ('sad', 'ok');
    create table other (id int primary key); create unlogged table scratch (a int);
    create table t (
      id bigint generated always as identity (start 7 increment 2 cache 5 cycle),
      code varchar(12) collate "C" not null default 'x''y',
      price numeric(10, 2) check (price > 0),
      doubled numeric generated always as (price * 2) stored,
      moods mood[],
      note text,
      other_id int references other on delete cascade deferrable,
      primary key (id) include (code),
      constraint code_once unique (code),
      constraint apart exclude using btree (code with =)
    ) with (fillfactor = 70, autovacuum_enabled = false, toast.autovacuum_enabled = false);
    alter table t alter note set storage external, alter note set statistics 55, alter moods set (n_distinct = 3);
    alter table t alter note set compression pglz;
    alter table t enable row level security, replica identity full;
    create index by_note on t (lower(note) desc nulls last) include (price) with (fillfactor = 60) where price is not null;
    alter index by_note alter column 1 set statistics 99;
    cluster t using code_once`)
  const table = get('table', '"public"."t"')
  expect(table).toMatchObject({
    name: { schema: 'public', name: 't' },
    partitionKey: undefined,
    partitionOf: undefined,
    inherits: [],
    unlogged: false,
    options: { autovacuum_enabled: 'false', fillfactor: '70', 'toast.autovacuum_enabled': 'false' },
    accessMethod: undefined,
    rowSecurity: 'on',
    replicaIdentity: 'full',
  })
  expect(get('table', '"public"."scratch"').unlogged).toBe(true)
  const column = (name: string) => get('column', `"public"."t"."${name}"`)
  expect(column('id')).toMatchObject({
    position: 1,
    type: 'bigint',
    notNull: true,
    default: undefined,
    identity: {
      always: true,
      options: { type: 'bigint', start: '7', increment: '2', cache: '5', cycle: true },
    },
  })
  expect(column('code')).toMatchObject({
    type: 'character varying(12)',
    default: "'x''y'::character varying",
    collation: '"C"',
    notNullValid: true,
    inherited: false,
  })
  expect(column('price').type).toBe('numeric(10,2)')
  expect(column('doubled')).toMatchObject({
    default: undefined,
    generated: { kind: 'stored', expression: '(price * (2)::numeric)' },
  })
  expect(column('moods')).toMatchObject({ type: 'public.mood[]', options: { n_distinct: '3' } })
  expect(column('note')).toMatchObject({ storage: 'external', compression: 'pglz', statistics: 55 })
  expect(column('other_id')).toMatchObject({
    storage: undefined,
    compression: undefined,
    statistics: undefined,
  })

  const constraint = (name: string) => get('constraint', `"public"."t"."${name}"`)
  expect(constraint('t_pkey')).toMatchObject({
    type: 'primary',
    definition: 'PRIMARY KEY (id) INCLUDE (code)',
    index: 'index "public"."t_pkey"',
  })
  expect(constraint('apart')).toMatchObject({
    type: 'exclude',
    definition: 'EXCLUDE USING btree (code WITH =)',
  })
  expect(constraint('t_price_check')).toMatchObject({
    type: 'check',
    definition: 'CHECK ((price > (0)::numeric))',
    index: undefined,
  })
  expect(constraint('t_other_id_fkey')).toMatchObject({
    type: 'foreign',
    definition: 'FOREIGN KEY (other_id) REFERENCES public.other(id) ON DELETE CASCADE DEFERRABLE',
    references: 'table "public"."other"',
    index: undefined,
    validated: true,
  })
  expect(get('index', '"public"."by_note"')).toMatchObject({
    definition:
      "CREATE INDEX by_note ON public.t USING btree (lower(note) DESC NULLS LAST) INCLUDE (price) WITH (fillfactor='60') WHERE (price IS NOT NULL)",
    unique: false,
    valid: true,
    constraint: undefined,
    statistics: { 1: 99 },
  })
  expect(get('index', '"public"."code_once"')).toMatchObject({
    unique: true,
    clustered: true,
    constraint: 'constraint "public"."t"."code_once"',
  })
})

test('what is not validated or not valid is told from what is', async () => {
  const { get } = await catalogOf(`
    create table other (id int primary key);
    create table t (id int, a int);
    insert into t values (1, 1), (1, 1);
    alter table t add constraint positive check (a > 5) not valid;
    alter table t add constraint points foreign key (a) references other not valid`)
  expect(get('constraint', '"public"."t"."positive"')).toMatchObject({
    definition: 'CHECK ((a > 5))',
    validated: false,
  })
  expect(get('constraint', '"public"."t"."points"')).toMatchObject({
    definition: 'FOREIGN KEY (a) REFERENCES public.other(id)',
    validated: false,
  })
  await expect(sql.unsafe('create unique index concurrently broken on public.t (id)')).rejects.toThrow(
    'unique',
  )
  expect((await read()).get('index', '"public"."broken"').valid).toBe(false)
})

test.skipIf((testMajor() ?? 18) < 18)(
  'NOT NULL NOT VALID, NOT ENFORCED and virtual columns of PostgreSQL 18',
  async () => {
    const { get, keys } = await catalogOf(`
    create table t (a int, b int not null, v int generated always as (a + 1) virtual, constraint loose check (a > 1) not enforced);
    alter table t add constraint later not null a not valid`)
    expect(get('column', '"public"."t"."a"')).toMatchObject({ notNull: true, notNullValid: false })
    expect(get('column', '"public"."t"."b"')).toMatchObject({ notNull: true, notNullValid: true })
    expect(get('column', '"public"."t"."v"').generated).toEqual({ kind: 'virtual', expression: '(a + 1)' })
    expect(keys('constraint')).toEqual(['constraint "public"."t"."loose"'])
    expect(get('constraint', '"public"."t"."loose"')).toMatchObject({
      definition: 'CHECK ((a > 1)) NOT ENFORCED',
      validated: true,
    })
  },
)

test('names with quotes, spaces, dots and semicolons', async () => {
  const schema = 'a "b". c;'
  const { get, needs, keys } = await catalogOf(`
    drop schema if exists "a ""b"". c;" cascade;
    create schema "a ""b"". c;";
    create table "a ""b"". c;"."T ""x"".y;" ("c ""o.l;" int primary key, "C" int check ("C" > 0));
    create view "a ""b"". c;"."v.v" as select "c ""o.l;" from "a ""b"". c;"."T ""x"".y;";
    comment on column "a ""b"". c;"."T ""x"".y;"."C" is 'it''s; "so"'`)
  const table = '"a ""b"". c;"."T ""x"".y;"'
  expect(keys('schema')).toEqual(['schema "a ""b"". c;"'])
  expect(get('table', table).name).toEqual({ schema, name: 'T "x".y;' })
  expect(get('column', `${table}."c ""o.l;"`).name).toBe('c "o.l;')
  expect(get('index', '"a ""b"". c;"."T ""x"".y;_pkey"').definition).toBe(
    `CREATE UNIQUE INDEX "T ""x"".y;_pkey" ON ${table} USING btree ("c ""o.l;")`,
  )
  expect(needs('view "a ""b"". c;"."v.v"')).toEqual([
    `column ${table}."c ""o.l;"`,
    'schema "a ""b"". c;"',
    `table ${table}`,
  ])
  expect(get('comment', `on column ${table}."C"`).text).toBe('it\'s; "so"')
  await sql.unsafe('drop schema "a ""b"". c;" cascade')
})

test('a table that inherits has its parents in order, and CHECKs stand under theirs', async () => {
  const { get } = await catalogOf(`
    create table a (x int constraint positive check (x > 0));
    create table b (y int);
    create table kid (z int) inherits (b, a)`)
  expect(get('table', '"public"."kid"')).toMatchObject({
    inherits: ['table "public"."b"', 'table "public"."a"'],
    partitionOf: undefined,
  })
  expect(get('column', '"public"."kid"."x"').inherited).toBe(true)
  expect(get('column', '"public"."kid"."z"').inherited).toBe(false)
  expect(get('constraint', '"public"."a"."positive" of "public"."kid"').parent).toBe(
    'constraint "public"."a"."positive"',
  )
})

test('size: estimates after ANALYZE, the disk before', async () => {
  const rows = async () => (await read()).get('table', '"public"."t"').size
  await catalogOf('create table t (a int); insert into t select generate_series(1, 1000)')
  expect(await rows()).toMatchObject({ rows: undefined })
  expect((await rows()).bytes).toBeGreaterThan(30_000)
  await sql.unsafe('analyze public.t')
  expect((await rows()).rows).toBe(1000)
  expect((await rows()).bytes).toBeGreaterThan(30_000)
})
