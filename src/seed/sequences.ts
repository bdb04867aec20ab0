import { type AnySql, type Database, errorCodeOf, SQLSTATE, withLockRetry, withSession } from '../db/index.ts'
import { displayName, ident, qualified } from '../kernel/index.ts'
import { workerName } from './ledger.ts'
import { REBUILD_LOCKS } from './lock-policy.ts'
import type { SeedOptions } from './options.ts'
import type { LoadTable } from './preflight.ts'

/** What this role may do with a sequence. */
interface Rights {
  readonly owns: boolean
  /** Read and set it. */
  readonly may: boolean
  readonly sets: boolean
  readonly start: string
  /** One that falls never reaches our numbers. */
  readonly rises: boolean
}

export async function sequenceRights(sql: AnySql, sequence: string): Promise<Rights> {
  const [row] = await sql.unsafe<Rights[]>(
    `select pg_has_role(c.relowner, 'usage') as owns, s.seqstart::text as start, s.seqincrement > 0 as rises,
            has_sequence_privilege(c.oid, 'update') as sets,
            has_sequence_privilege(c.oid, 'select') and has_sequence_privilege(c.oid, 'update') as may
       from pg_class c join pg_sequence s on s.seqrelid = c.oid where c.oid = $1::text::regclass`,
    [sequence],
  )
  return row!
}

/** As SQL over a sequence: the last number that it has handed out. */
const POSITION = 'last_value - (not is_called)::int'

export async function positionOf(sql: AnySql, sequence: string): Promise<number> {
  const [row] = await sql.unsafe<{ position: string }[]>(
    `select (${POSITION})::text as position from ${sequence}`,
  )
  return Number(row!.position)
}

/** The last number that may come of those that it has handed out: where it rises in steps, programs count on by themselves up to the next one. */
export async function reachOf(sql: AnySql, sequence: string): Promise<number> {
  const [row] = await sql.unsafe<{ reach: string }[]>(
    `select (${POSITION} + case when is_called then seqincrement - 1 else 0 end)::text as reach
       from ${sequence}, pg_sequence where seqrelid = $1::text::regclass`,
    [sequence],
  )
  return Number(row!.reach)
}

/**
 * Nobody takes numbers until the transaction ends, and what it does to the sequence is undone with it: nextval() and setval() of others wait
 * for the lock of ALTER SEQUENCE, which gives it a new file, also where nothing is changed; numbers that other sessions have cached are
 * forgotten. For its owner. False where the server refuses it, as Citus does for a distributed table.
 */
export async function lockSequence(
  session: AnySql,
  sequence: string,
  { start }: Pick<Rights, 'start'>,
): Promise<boolean> {
  await session`savepoint locking`
  try {
    await session.unsafe(`alter sequence ${sequence} start with ${start}`)
    await session`release savepoint locking`
    return true
  } catch (error) {
    if (!REFUSED.has(errorCodeOf(error) ?? '')) throw error
    await session`rollback to savepoint locking`
    return false
  }
}

const REFUSED: ReadonlySet<string> = new Set([SQLSTATE.FEATURE_NOT_SUPPORTED, SQLSTATE.INTERNAL_ERROR])

/** Never backwards; exactly so behind lockSequence(). */
export async function raiseSequence(sql: AnySql, sequence: string, to: string): Promise<void> {
  await sql.unsafe(
    `select setval($1::text::regclass, $2::text::int8) from ${sequence} where $2::text::int8 > ${POSITION}`,
    [sequence, to],
  )
}

/** Explicit values do not move a sequence: the next row of the application must not collide with ours. */
export async function setSequences(
  db: Database,
  { run, tables }: { run: number; tables: readonly LoadTable[] },
  options: Pick<SeedOptions, 'emit' | 'signal' | 'lock'>,
): Promise<void> {
  for (const { plan, live } of tables) {
    const filled = new Set(plan.columns.map((c) => c.name))
    for (const { name, sequence } of live.columns) {
      if (sequence === undefined || !filled.has(name)) continue
      const [row] = await db.sql.unsafe<{ last: string | null }[]>(
        `select max(${ident(name)})::text as last from ${qualified(live)}`,
      )
      const column = {
        name: `${displayName(live)}.${name}`,
        sequence,
        last: row!.last ?? undefined,
        held: plan.before !== undefined,
      }
      await setBehind(db, { run, column }, options)
    }
  }
}

interface FilledColumn {
  readonly name: string
  readonly sequence: string
  /** The highest number in the table. */
  readonly last: string | undefined
  /** The table held rows before the load. */
  readonly held: boolean
}

async function setBehind(
  db: Database,
  { run, column: { name, sequence, last, held } }: { run: number; column: FilledColumn },
  { emit, signal, lock }: Pick<SeedOptions, 'emit' | 'signal' | 'lock'>,
): Promise<void> {
  const rights = await sequenceRights(db.sql, sequence)
  if (last === undefined || !rights.rises) return
  // Without the right to read it nobody can see whether it is further already; nor need it be where the load began with nothing.
  if (rights.sets && !rights.may && !held) {
    await db.sql.unsafe('select setval($1::text::regclass, $2::text::int8)', [sequence, last])
    return
  }
  if (!rights.may) {
    const message = `The sequence of ${name} stays where it is, since this role may not read and set it: the next row that the application inserts may collide with a loaded one. For whoever may: SELECT setval('${sequence.replaceAll("'", "''")}', ${last});`
    emit({ type: 'notice', message })
    return
  }
  if (!rights.owns) return raiseSequence(db.sql, sequence, last)
  if ((await positionOf(db.sql, sequence)) >= Number(last)) return
  await withSession({ target: db.target, applicationName: workerName(run) }, (session) =>
    withLockRetry(
      db,
      session,
      { doing: `setting the sequence of ${name}`, policy: { ...REBUILD_LOCKS, ...lock }, emit, signal },
      async () => {
        await lockSequence(session, sequence, rights)
        await raiseSequence(session, sequence, last)
      },
    ),
  )
}
