import { openPool, type Sql, type Target } from '../../../src/db/index.ts'
import { LOCK_MODES, type Lock, type LockMode, type PlanStatement } from '../../../src/diff/index.ts'
import { until } from '../../support/until.ts'

/** A lock that a plan does not say as it is. */
export interface Difference {
  readonly statement: string
  readonly relation: string
  readonly taken: string
  readonly named: string
}

/** Tables and views that were there before, by their OID: a plan may give them other names. */
export type Relations = ReadonlyMap<number, string>

export async function relationsOf(sql: Sql): Promise<Relations> {
  const rows = await sql<{ oid: number; name: string }[]>`
    select oid::int, relname as name from pg_class
     where relnamespace = 'public'::regnamespace and relkind in ('r', 'p', 'm', 'v')`
  return new Map(rows.map(({ oid, name }) => [oid, name]))
}

export interface Taken {
  readonly relation: number
  readonly mode: string
}

const MODES: Readonly<Record<string, LockMode>> = Object.fromEntries(
  LOCK_MODES.map((mode) => [`${mode.replaceAll(' ', '').toLowerCase()}lock`, mode]),
)

export function namedLocks(taken: readonly Taken[], relations: Relations): readonly Lock[] {
  return taken.flatMap(({ relation, mode }) => {
    const name = relations.get(relation)
    return name === undefined ? [] : [{ relation: name, mode: MODES[mode.toLowerCase()]! }]
  })
}

/** Of the strongest of each relation; those of mere readers need not be said. */
export function differences(
  { sql }: PlanStatement,
  taken: readonly Lock[],
  named: readonly Lock[],
): readonly Difference[] {
  const relations = [...new Set([...taken, ...named].map(({ relation }) => relation))].sort()
  return relations.flatMap((relation) => {
    const [real, said] = [strongest(taken, relation), strongest(named, relation)]
    if (real === said || Math.max(rank(real), rank(said)) <= rank('ACCESS SHARE')) return []
    return [{ statement: sql, relation, taken: real ?? 'none', named: said ?? 'none' }]
  })
}

function strongest(locks: readonly Lock[], relation: string): LockMode | undefined {
  return locks
    .filter((lock) => lock.relation === relation)
    .map(({ mode }) => mode)
    .sort((a, b) => rank(b) - rank(a))[0]
}

export function rank(mode: LockMode | undefined): number {
  return mode === undefined ? -1 : LOCK_MODES.indexOf(mode)
}

export function locksOfMine(sql: Pick<Sql, 'unsafe'>): Promise<readonly Taken[]> {
  return sql.unsafe<Taken[]>(
    `select relation::int, mode from pg_locks where pid = pg_backend_pid() and locktype = 'relation'`,
  )
}

export interface Watcher {
  /** What a statement takes that runs outside of any transaction. */
  readonly watch: (session: Sql, use: () => Promise<unknown>) => Promise<readonly Taken[]>
  readonly close: () => Promise<void>
}

/** Held by who is watched, and by who watches. */
const [WATCHED, WATCHING] = [20261121, 20261122]

/**
 * A loop on the server looks at the locks about a thousand times a second. In another database: what is built concurrently waits for
 * every snapshot of its own.
 */
export async function openWatcher(server: Target): Promise<Watcher> {
  const sql = openPool(server, { max: 1, applicationName: 'watcher' })
  await sql.unsafe(WATCH)
  return {
    watch: async (session, use) => {
      const [me] = await session<{ pid: number }[]>`
        select pg_backend_pid() as pid from (select pg_advisory_lock(${WATCHED})) locked`
      const looks = sql<Taken[]>`select relation::int, mode from pg_temp.watch(${me!.pid})`.execute()
      try {
        await until('the watcher looks', async () => {
          const rows = await session`
            select from pg_locks where locktype = 'advisory' and objid = ${WATCHING} and granted`
          return rows.length > 0
        })
        await use()
      } finally {
        await session`select pg_advisory_unlock(${WATCHED})`
      }
      return looks
    },
    close: () => sql.end({ timeout: 5 }),
  }
}

const WATCH = `
  create function pg_temp.watch(watched int) returns table (relation oid, mode text) language plpgsql as $$
  declare
    seen text[] := '{}';
  begin
    perform pg_advisory_xact_lock(${WATCHING});
    loop
      seen := array(select unnest(seen) union
                    select l.relation || ' ' || l.mode from pg_locks l where l.pid = watched and l.locktype = 'relation');
      exit when not exists (select from pg_locks l where l.pid = watched and l.locktype = 'advisory');
      perform pg_sleep(0.0005);
    end loop;
    return query select split_part(one, ' ', 1)::oid, split_part(one, ' ', 2) from unnest(seen) one;
  end $$`
