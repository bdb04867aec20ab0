import { expect, test } from 'vitest'
import { openPool } from '../../../src/db/index.ts'
import { testDatabase } from '../../support/index.ts'
import { until } from '../../support/until.ts'
import { catalogOn } from './fixture.ts'

const target = testDatabase()
const { catalogOf, read, sql } = catalogOn(target)

const EVENTS = `
  create table users (id int primary key);
  create table events (id bigint, user_id int references users, at timestamptz not null, payload jsonb,
    constraint known check (payload is not null), primary key (id, at)) partition by range (at);
  create table e1 partition of events for values from ('2025-01-01') to ('2025-02-01');
  create table e2 partition of events for values from ('2025-02-01') to (maxvalue) partition by hash (id);
  create table e2a partition of e2 for values with (modulus 2, remainder 0);
  create table rest partition of events default;
  create index by_payload on events using gin (payload jsonb_path_ops)`

test('partitions of two and three levels', async () => {
  const { get, needs } = await catalogOf(EVENTS)
  expect(get('table', '"public"."events"')).toMatchObject({
    partitionKey: 'RANGE (at)',
    partitionOf: undefined,
    inherits: [],
  })
  expect(get('table', '"public"."e1"').partitionOf).toEqual({
    parent: 'table "public"."events"',
    bound: "FOR VALUES FROM ('2025-01-01 00:00:00+00') TO ('2025-02-01 00:00:00+00')",
    detachPending: false,
  })
  expect(get('table', '"public"."e2"')).toMatchObject({
    partitionKey: 'HASH (id)',
    partitionOf: { bound: "FOR VALUES FROM ('2025-02-01 00:00:00+00') TO (MAXVALUE)" },
  })
  expect(get('table', '"public"."e2a"').partitionOf).toMatchObject({
    parent: 'table "public"."e2"',
    bound: 'FOR VALUES WITH (modulus 2, remainder 0)',
  })
  expect(get('table', '"public"."rest"').partitionOf?.bound).toBe('DEFAULT')
  expect(needs('table "public"."e2a"')).toEqual(['table "public"."e2"'])
})

test('what stands under the parent is named by the parent, whatever its own name', async () => {
  const { get, needs } = await catalogOf(`${EVENTS};
    alter index e2a_payload_idx rename to "any name";
    alter table e1 rename constraint e1_pkey to "another"`)
  const index = '"public"."by_payload" of "public"."e2" of "public"."e2a"'
  expect(get('index', index)).toMatchObject({
    name: { schema: 'public', name: 'any name' },
    parent: 'index "public"."by_payload" of "public"."e2"',
    definition: 'CREATE INDEX "any name" ON public.e2a USING gin (payload jsonb_path_ops)',
  })
  expect(needs(`index ${index}`)).toEqual([
    'column "public"."e2a"."payload"',
    'index "public"."by_payload" of "public"."e2"',
    'table "public"."e2a"',
  ])
  expect(get('constraint', '"public"."events"."events_pkey" of "public"."e1"')).toMatchObject({
    name: 'another',
    definition: 'PRIMARY KEY (id, at)',
    parent: 'constraint "public"."events"."events_pkey"',
    index: 'index "public"."events_pkey" of "public"."e1"',
  })
  expect(get('constraint', '"public"."events"."known" of "public"."e2" of "public"."e2a"').parent).toBe(
    'constraint "public"."events"."known" of "public"."e2"',
  )
  expect(get('constraint', '"public"."events"."events_user_id_fkey" of "public"."rest"').references).toBe(
    'table "public"."users"',
  )
})

test('definitions that are taken from the parent are those of the server', async () => {
  const { catalog } = await catalogOf(`${EVENTS};
    create index odd on events (lower(payload ->> 'a') collate "C" desc, at) include (id) where user_id > 3;
    alter table events add constraint deferred unique (at, id) deferrable;
    create table leaf (like events including all);
    create index "Not Alike" on leaf (at desc);
    create index alike on events (at);
    alter table events detach partition e1;
    alter table events attach partition leaf for values from ('2025-01-01') to ('2025-02-01');
    alter index e2a_at_idx set (fillfactor = 42)`)
  const [before] = await sql`select set_config('search_path', '', false) as was`
  const rows = await sql<{ name: string; definition: string }[]>`
    select relname as name, pg_get_indexdef(oid) as definition from pg_class
     where relkind in ('i', 'I') and relnamespace = 'public'::regnamespace`
  const constraints = await sql<{ name: string; definition: string }[]>`
    select conrelid::regclass || '.' || conname as name, pg_get_constraintdef(oid) as definition from pg_constraint
     where contype in ('p', 'u', 'f', 'c') and connamespace = 'public'::regnamespace`
  await sql`reset search_path`
  const read = [...catalog.objects.values()].filter((object) => object.kind === 'constraint')
  expect(read.length).toBe(constraints.length)
  expect(
    new Map(read.map((c) => [`${c.table.slice(6).replaceAll('"', '')}.${c.name}`, c.definition])),
  ).toEqual(new Map(constraints.map((row) => [row.name, row.definition])))
  expect(before!.was).toBe('')
  const indexes = [...catalog.objects.values()].filter((object) => object.kind === 'index')
  expect(indexes.length).toBe(rows.length)
  expect(new Map(indexes.map((i) => [i.name.name, i.definition]))).toEqual(
    new Map(rows.map((row) => [row.name, row.definition])),
  )
})

test('an index of the parent alone is invalid, and that of a partition goes by its own name until it is attached', async () => {
  const { get } = await catalogOf(`
    create table p (a int) partition by list (a); create table p1 partition of p for values in (1);
    create index on_parent on only p (a); create index on_leaf on p1 (a)`)
  expect(get('index', '"public"."on_parent"')).toMatchObject({
    valid: false,
    definition: 'CREATE INDEX on_parent ON ONLY public.p USING btree (a)',
  })
  expect(get('index', '"public"."on_leaf"')).toMatchObject({ valid: true, parent: undefined })
  await sql.unsafe('alter index public.on_parent attach partition public.on_leaf')
  const after = await read()
  expect(after.get('index', '"public"."on_parent"').valid).toBe(true)
  expect(after.get('index', '"public"."on_parent" of "public"."p1"').name.name).toBe('on_leaf')
})

test('a foreign key to a partitioned table is one, not one a partition', async () => {
  const { keys, needs } = await catalogOf(`
    create table goal (id int, part int, primary key (id, part)) partition by list (part);
    create table goal1 partition of goal for values in (1); create table goal2 partition of goal for values in (2);
    create table src (id int, part int, constraint fk foreign key (id, part) references goal) partition by list (part);
    create table src1 partition of src for values in (1)`)
  expect(keys('constraint').filter((key) => key.includes('fk'))).toEqual([
    'constraint "public"."src"."fk"',
    'constraint "public"."src"."fk" of "public"."src1"',
  ])
  expect(needs('constraint "public"."src"."fk"')).toEqual([
    'column "public"."goal"."id"',
    'column "public"."goal"."part"',
    'column "public"."src"."id"',
    'column "public"."src"."part"',
    'index "public"."goal_pkey"',
    'table "public"."goal"',
    'table "public"."src"',
  ])
})

test('triggers of the parent stand on each partition under the parent, with their own state', async () => {
  const { get, keys } = await catalogOf(`
    create function f() returns trigger language plpgsql as 'begin return new; end';
    create table p (a int primary key) partition by list (a); create table p1 partition of p for values in (1);
    create table q (a int references p);
    create trigger tr after insert on p for each row execute function f();
    create constraint trigger ctr after insert on p deferrable for each row execute function f();
    alter table p1 disable trigger tr`)
  expect(keys('trigger').sort()).toEqual([
    'trigger "public"."p"."ctr"',
    'trigger "public"."p"."ctr" of "public"."p1"',
    'trigger "public"."p"."tr"',
    'trigger "public"."p"."tr" of "public"."p1"',
  ])
  expect(get('trigger', '"public"."p"."tr"').enabled).toBe('origin')
  expect(get('trigger', '"public"."p"."tr" of "public"."p1"')).toMatchObject({
    enabled: 'disabled',
    table: 'table "public"."p1"',
    parent: 'trigger "public"."p"."tr"',
  })
})

test('a DETACH … CONCURRENTLY that was begun and not ended is seen', async () => {
  await catalogOf(`create table p (a int) partition by list (a);
    create table p1 partition of p for values in (1); create table p2 partition of p for values in (2)`)
  // A transaction that has used the table lets the first of the two transactions of DETACH commit, and the second wait.
  const reader = openPool(target, { max: 1, applicationName: 'reader' })
  const detacher = openPool(target, { max: 1, applicationName: 'detacher' })
  const pending = async () => (await sql`select from pg_inherits where inhdetachpending`).length === 1
  try {
    await reader.unsafe('begin')
    await reader.unsafe('select from public.p')
    const detach = detacher.unsafe('alter table public.p detach partition public.p1 concurrently')
    const canceled = expect(detach).rejects.toThrow('canceling statement')
    await until('the first transaction of DETACH is done', pending)
    await sql`select pg_cancel_backend(pid) from pg_stat_activity
               where application_name = 'detacher' and datname = current_database()`
    await canceled
  } finally {
    await reader.end({ timeout: 5 })
    await detacher.end({ timeout: 5 })
  }
  const { get } = await read()
  expect(get('table', '"public"."p1"').partitionOf).toEqual({
    parent: 'table "public"."p"',
    bound: 'FOR VALUES IN (1)',
    detachPending: true,
  })
  expect(get('table', '"public"."p2"').partitionOf?.detachPending).toBe(false)
})
