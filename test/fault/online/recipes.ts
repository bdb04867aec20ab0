import type { DiffOptions } from '../../../src/diff/index.ts'

/** One way of changing a table that is in use: two states in SQL, and what else is known of them. */
export interface Recipe {
  readonly name: string
  /** Which filled database it starts from. */
  readonly base: Base
  /** Added to the base. */
  readonly from?: string
  /** The whole of the wanted state. */
  readonly to: string
  /** For diff(). */
  readonly options?: DiffOptions
  /** What is read all the time, with $1 for a number. Default: a row of the table. */
  readonly read?: string
  /** What others do in a transaction that does not end, so that the plan has to give up and try again. */
  readonly hold?: { readonly sql: string; readonly of: string }
  /** Rows before and after: those written meanwhile come on top. Default: those of the table. */
  readonly rows?: readonly [string, string]
}

export type Base = 'events' | 'logs'

const COLUMNS = (kind = 'varchar(20)') =>
  `(id bigint not null, user_id bigint not null, kind ${kind} not null, at timestamptz not null, amount int, note text)`
const USERS = 'create table users (id bigint primary key);'

const events = (kind?: string) =>
  `${USERS} create table events ${COLUMNS(kind)}; create index events_id_idx on events (id);`
const EVENTS = events()

const month = (i: number): string => `${2025 + Math.floor(i / 12)}-${String((i % 12) + 1).padStart(2, '0')}`
const leafName = (i: number): string => `logs_${month(i).replace('-', '_')}`
const leaf = (i: number): string =>
  `create table ${leafName(i)} partition of logs for values from ('${month(i)}-01') to ('${month(i + 1)}-01');`

interface Leaves {
  readonly first?: number
  readonly end?: number
  readonly kind?: string
}

const logs = ({ first = 0, end = 12, kind }: Leaves = {}): string =>
  `${USERS} create table logs ${COLUMNS(kind)} partition by range (at); create index logs_id_idx on logs (id);
   ${Array.from({ length: end - first }, (_, i) => leaf(first + i)).join(' ')}`
export const LOGS = logs()

export const STATES: Readonly<Record<Base, string>> = { events: EVENTS, logs: LOGS }

export const ROWS: Readonly<Record<Base, number>> = { events: 1_000_000, logs: 300_000 }

/** A year's worth of rows, in the order of time. */
export function fill(base: Base, rows: number = ROWS[base]): string {
  return `insert into users select generate_series(1, 1000);
    insert into ${base} select i, i % 1000 + 1, 'kind ' || i % 7, '2025-01-01'::timestamptz + i * (interval '364 days' / ${rows}), i % 100, md5(i::text)
      from generate_series(1, ${rows}) i;`
}

/** A row that every state lets in: January is what may be detached. */
export function rowOf(base: Base, n: number): string {
  const at = `${month(1 + (n % 11))}-15`
  return `insert into ${base} (id, user_id, kind, at, amount, note) values (${n}, ${(n % 1000) + 1}, 'live', '${at}', 1, 'n')`
}

const INDEX = (table: Base, columns: string) => `create index ${table}_user_idx on ${table} (${columns});`
const ADD = (table: Base, what: string) => `alter table ${table} add ${what};`
const VIEW = (more = '') =>
  `create materialized view per_user as select user_id, count(*) as n${more} from events group by user_id;
   create unique index per_user_key on per_user (user_id);`
const AMOUNTS =
  'create index events_amount_idx on events (amount); alter table events add constraint not_negative check (amount >= 0);'
const CHECK = 'constraint amount_known check (amount >= 0)'
const FOREIGN = 'constraint of_a_user foreign key (user_id) references users (id)'
const STATE = `column state text not null default 'new'`
const NOT_NULL = 'alter column note set not null'
/** May and June, of which both or one give rows to a leaf between them. */
const BOUNDS = (...[may, end, june]: readonly [string, string, string]) =>
  LOGS.replace(`('2025-05-01') to ('2025-06-01')`, `('2025-05-01') to ('${may}')`).replace(
    leaf(5),
    `${leaf(5).replace(`'2025-06-01'`, `'${june}'`)} create table logs_between partition of logs for values from ('${may}') to ('${end}');`,
  )
const SPLIT = BOUNDS('2025-05-16', '2025-06-01', '2025-06-01')
const BETWEEN = BOUNDS('2025-05-16', '2025-06-16', '2025-06-16')
const [JANUARY, NEXT] = [leafName(0), leafName(12)]

export const RECIPES: readonly Recipe[] = [
  { name: 'an index', base: 'events', to: EVENTS + INDEX('events', 'user_id') },
  {
    name: 'an index of 12 leaves',
    base: 'logs',
    to: LOGS + INDEX('logs', 'user_id'),
  },
  {
    name: 'an index replaced',
    base: 'events',
    from: INDEX('events', 'user_id'),
    to: EVENTS + INDEX('events', 'user_id, at'),
  },
  {
    name: 'an index of 12 leaves replaced',
    base: 'logs',
    from: INDEX('logs', 'user_id'),
    to: LOGS + INDEX('logs', 'user_id, at'),
  },
  {
    name: 'a unique constraint',
    base: 'events',
    to: EVENTS + ADD('events', 'constraint one_each unique (id)'),
  },
  { name: 'a primary key', base: 'events', to: EVENTS + ADD('events', 'primary key (id)') },
  { name: 'a primary key of 12 leaves', base: 'logs', to: LOGS + ADD('logs', 'primary key (id, at)') },
  {
    name: 'a primary key of 12 leaves changed',
    base: 'logs',
    from: ADD('logs', 'constraint logs_pkey primary key (id, at)'),
    to: LOGS + ADD('logs', 'constraint logs_pkey primary key (at, id)'),
  },
  { name: 'a CHECK', base: 'events', to: EVENTS + ADD('events', CHECK) },
  { name: 'a CHECK of 12 leaves', base: 'logs', to: LOGS + ADD('logs', CHECK) },
  { name: 'a foreign key', base: 'events', to: EVENTS + ADD('events', FOREIGN) },
  { name: 'a foreign key of 12 leaves', base: 'logs', to: LOGS + ADD('logs', FOREIGN) },
  { name: 'NOT NULL', base: 'events', to: `${EVENTS} alter table events ${NOT_NULL};` },
  { name: 'NOT NULL of 12 leaves', base: 'logs', to: `${LOGS} alter table logs ${NOT_NULL};` },
  { name: 'a new leaf', base: 'logs', to: logs({ end: 13 }) },
  {
    name: 'a filled table attached',
    base: 'logs',
    from: `create table ${NEXT} ${COLUMNS()};
      insert into ${NEXT} select i, 1, 'old', '2026-01-01'::timestamptz + i * interval '20 s', 1, md5(i::text) from generate_series(1, 100000) i;`,
    to: logs({ end: 13 }),
    rows: [
      `select (select count(*) from logs) + (select count(*) from ${NEXT})`,
      'select count(*) from logs',
    ],
  },
  {
    name: 'a leaf detached',
    base: 'logs',
    to: `${logs({ first: 1 })} create table ${JANUARY} ${COLUMNS()}; create index ${JANUARY}_id_idx on ${JANUARY} (id);`,
    rows: [
      'select count(*) from logs',
      `select (select count(*) from logs) + (select count(*) from ${JANUARY})`,
    ],
  },
  { name: 'a leaf split, one half of it under its old name', base: 'logs', to: SPLIT },
  { name: 'a bound moved to a new leaf between two', base: 'logs', to: BETWEEN },
  { name: 'a column with a default', base: 'events', to: EVENTS + ADD('events', STATE) },
  { name: 'a column with a default of 12 leaves', base: 'logs', to: LOGS + ADD('logs', STATE) },
  { name: 'a varchar widened', base: 'events', to: events('varchar(40)') },
  { name: 'a varchar of 12 leaves widened', base: 'logs', to: logs({ kind: 'varchar(40)' }) },
  {
    name: 'a type changed by a column beside',
    base: 'events',
    from: `alter table events alter column amount set not null; ${AMOUNTS}`,
    to: `${EVENTS.replace('amount int', 'amount bigint not null')} ${AMOUNTS}`,
    options: { onlineTypes: true },
  },
  {
    name: 'a materialized view rebuilt',
    base: 'events',
    from: VIEW(),
    to: EVENTS + VIEW(', sum(amount) as total'),
    read: 'select * from per_user where user_id = $1 % 1000 + 1',
    hold: { sql: 'select from per_user limit 1', of: 'per_user' },
  },
]
