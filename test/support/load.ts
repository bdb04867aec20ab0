import type { LockPolicy, Sql, Target } from '../../src/db/index.ts'
import { withDatabase } from '../../src/db/index.ts'
import {
  type AppendOptions,
  type FreeSpace,
  type IndexMode,
  type Profile,
  planLoad,
  resume,
  type SeedEvent,
  type SeedReport,
  seed,
  unfinishedRuns,
} from '../../src/seed/index.ts'

/** The billion profile as data, of any size. */
export function billionProfile(rows: number): Profile {
  return {
    name: 'billion',
    seed: 1,
    tables: [
      {
        table: { schema: 'public', name: 'billion_rows' },
        rows,
        columns: [
          { name: 'id', type: 'bigserial', generator: { kind: 'sequence' } },
          { name: 'value', type: 'text', generator: { kind: 'hex', length: 32 } },
          {
            name: 'created_at',
            type: 'timestamp',
            generator: { kind: 'timestamp', from: '2025-01-01', to: '2026-01-01' },
          },
        ],
      },
    ],
  }
}

export const BILLION_DDL = `
  create table billion_rows (id bigserial not null, value text not null, created_at timestamp not null, constraint pk_id primary key (id));
  create index idx_value on billion_rows (value);`

export interface TestLoadOptions {
  readonly filler?: 'copy' | 'sql'
  readonly truncate?: boolean
  readonly calibrate?: boolean
  readonly append?: AppendOptions
  readonly indexes?: IndexMode
  readonly unlogged?: boolean
  /** Null: not known. Default: more than enough. */
  readonly space?: FreeSpace | null
  readonly withoutTriggers?: boolean
  readonly chunkRows?: number
  readonly jobs?: number
  readonly lock?: Partial<LockPolicy>
  readonly signal?: AbortSignal
  readonly emit?: (event: SeedEvent) => void
}

const PLENTY: FreeSpace = { data: 1e15, presentWal: 0 }

/** seed() with two sessions and chunks of 5,000 rows, unless told otherwise. */
export function load(target: Target, profile: Profile, options: TestLoadOptions = {}): Promise<SeedReport> {
  const {
    filler = 'copy',
    truncate = false,
    chunkRows = 5000,
    jobs = 2,
    signal = new AbortController().signal,
    emit = () => {},
    calibrate = false,
    space = PLENTY,
    withoutTriggers = false,
    append,
    indexes,
    unlogged = false,
    lock,
  } = options
  return withDatabase(target, { doing: 'seeding', max: 5 }, (db) =>
    seed(db, planLoad(profile, { jobs, chunkRows }), {
      filler,
      jobs,
      truncate,
      calibrate,
      space: space ?? undefined,
      withoutTriggers,
      append,
      indexes,
      unlogged,
      lock,
      emit,
      signal,
    }),
  )
}

export function resumeLoad(target: Target, options: TestLoadOptions = {}): Promise<SeedReport> {
  const {
    filler = 'copy',
    space = PLENTY,
    signal = new AbortController().signal,
    emit = () => {},
    lock,
  } = options
  return withDatabase(target, { doing: 'seeding', max: 5 }, async (db) => {
    const [run] = await unfinishedRuns(db)
    return resume(db, run!, { filler, jobs: 2, space: space ?? undefined, lock, emit, signal })
  })
}

/** Number of the rows and the sum of their hashes: what two loads must have in common. Without a sort, which takes three times as long. */
export async function tableDigest(sql: Sql, table: string): Promise<string> {
  const [row] = await sql.unsafe<{ digest: string }[]>(
    `select concat(count(*), ':', sum(hashtextextended(t::text, 0))) as digest from ${table} t`,
  )
  return row!.digest
}

/** Everything of the given schemas that a load takes away and has to bring back. */
export async function structureOf(sql: Sql, schemas: readonly string[] = ['public']): Promise<unknown> {
  return sql`
    with named as (select oid from pg_namespace where nspname = any (${schemas}))
    select 'index' as kind, pg_get_indexdef(indexrelid) as definition,
           indisvalid::text || indisreplident || indisclustered || coalesce(obj_description(indexrelid), '') ||
           coalesce((select inhparent::regclass::text from pg_inherits where inhrelid = indexrelid), '') as more
      from pg_index where indrelid in (select c.oid from pg_class c join named on c.relnamespace = named.oid)
    union all
    select 'constraint', conname || ' ' || pg_get_constraintdef(k.oid), convalidated::text || condeferrable || condeferred || coalesce(obj_description(k.oid), '')
      from pg_constraint k join named on k.connamespace = named.oid
    union all
    select 'options', relname, coalesce(reloptions::text, '') || relreplident::text
      from pg_class c join named on c.relnamespace = named.oid where relkind in ('r', 'p')
    order by 1, 2, 3`
}
