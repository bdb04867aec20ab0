import { openPool, type Sql, type Target } from '../../../src/db/index.ts'
import type { Taken } from '../../support/locks.ts'
import { until } from '../../support/until.ts'

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
