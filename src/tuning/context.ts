import { setTimeout as pause } from 'node:timers/promises'
import { type Database, LOCK_CLASS, LOCKS, type ReservedSql, tryAdvisoryLock } from '../db/index.ts'
import { type Emit, GigarowError, isGigarowError } from '../kernel/index.ts'

/** Restarts the server; satisfied by the embedded cluster. That it did so is checked by the time of the server's start. */
export interface RestartDriver {
  readonly name: string
  /** People do it: `restart` does nothing, and there is no limit to the waiting. */
  readonly byHand?: boolean
  /** Of the server that it restarts, where that is known: compared with the tuned one's. */
  readonly dataDirectory?: string
  canRestart(): Promise<boolean>
  restart(reason: string): Promise<void>
}

/** Opens a pool of two or more connections for `use` and closes it: a restart of the server outlives no pool. */
export type Connect = <T>(doing: string, use: (db: Database) => Promise<T>) => Promise<T>

/** A session that a restart would cut in the middle of its work. */
export interface WorkingSession {
  readonly pid: number
  readonly user: string | null
  readonly database: string | null
  readonly application: string
  /** Of pg_stat_activity: active, idle in transaction, … */
  readonly state: string
  readonly query: string
}

export type TuningEvent =
  | { readonly type: 'tuning.set'; readonly name: string; readonly from: string; readonly to: string }
  | { readonly type: 'tuning.reverted'; readonly name: string; readonly to: string | null }
  | {
      readonly type: 'tuning.conflict'
      readonly name: string
      readonly ours: string
      readonly now: string | null
    }
  | { readonly type: 'tuning.reloaded' }
  | {
      readonly type: 'tuning.draining'
      readonly sessions: readonly WorkingSession[]
      readonly limitMs: number
    }
  | { readonly type: 'tuning.restarting'; readonly settings: readonly string[]; readonly byHand: boolean }
  | { readonly type: 'tuning.restarted' }
  | { readonly type: 'tuning.offline'; readonly dataDirectory: string }
  | { readonly type: 'tuning.synced' }
  | { readonly type: 'tuning.undoing'; readonly reason: string }
  | { readonly type: 'tuning.note'; readonly text: string }

export interface TuningContext {
  readonly connect: Connect
  /** Folder of gigarow's local files; the journals are in its `tuning`. */
  readonly stateDir: string
  readonly driver?: RestartDriver
  /** Of the server, when it is on this machine and may be edited while the server is down. */
  readonly dataDirectory?: string
  readonly emit?: Emit<TuningEvent>
  readonly signal?: AbortSignal
  /** Ends the waiting for a restart by hand where `signal` must not end anything else. */
  readonly waitSignal?: AbortSignal
  /** How long a restart waits for sessions that work; default 30 s. */
  readonly drainMs?: number
  /** How long a restarted server may take until it answers; default 60 s. */
  readonly returnMs?: number
}

export interface TuneSession {
  readonly session: ReservedSql
  readonly db: Database
}

const BUSY_PATIENCE_MS = 2_000

/**
 * Runs `use` on the one session that may tune this server. A restart drops the lock: whoever goes on after one takes it
 * anew and reads the journal anew, because somebody else may have come in between.
 */
export async function underTuneLock<T>(
  { connect }: TuningContext,
  doing: string,
  use: (tune: TuneSession) => Promise<T>,
): Promise<T> {
  const deadline = Date.now() + BUSY_PATIENCE_MS
  return connect(doing, async (db) => {
    for (;;) {
      try {
        return await tryAdvisoryLock(db, 'tune', (session) => exclusive({ session, db }, use), busy)
      } catch (error) {
        // The session of a killed gigarow lives on for a moment.
        if (!isGigarowError(error) || error.code !== 'TUNING_BUSY' || Date.now() > deadline) throw error
        await pause(100)
      }
    }
  })
}

/** Advisory locks belong to one database, settings to all of them: look at the others as well. */
async function exclusive<T>(tune: TuneSession, use: (tune: TuneSession) => Promise<T>): Promise<T> {
  const [other] = await tune.session<{ pid: number }[]>`
    select pid from pg_locks where locktype = 'advisory' and granted and objsubid = 2 and pid <> pg_backend_pid()
       and classid = ${LOCK_CLASS}::int8::oid and objid = ${LOCKS.tune}::int8::oid limit 1`
  if (other !== undefined) busy(other)
  return use(tune)
}

/** A restart ends every session: throws TUNING_BUSY while gigarow loads or migrates on this server, in any database. */
export async function refuseToBreakWork(session: ReservedSql): Promise<void> {
  const [work] = await session<{ pid: number; migrating: boolean }[]>`
    select pid, objid = ${LOCKS.migrate}::int8::oid as migrating from pg_locks
     where locktype = 'advisory' and granted and objsubid = 2 and classid = ${LOCK_CLASS}::int8::oid
       and objid in (${LOCKS.seed}::int8::oid, ${LOCKS.migrate}::int8::oid) limit 1`
  if (work === undefined) return
  throw new GigarowError(
    'TUNING_BUSY',
    `A ${work.migrating ? 'migration' : 'load'} is running on this server (server process ${work.pid}), and the restart would end it.`,
    {
      facts: { pid: work.pid, flag: '--no-restart' },
      hint: 'Wait until it has finished, then run the command again; --no-restart does what needs only a reload.',
    },
  )
}

function busy(holder: { pid: number; since?: string } | undefined): never {
  const who = holder === undefined ? '' : ` (server process ${holder.pid})`
  throw new GigarowError('TUNING_BUSY', `Another gigarow is tuning this server${who}.`, {
    facts: { pid: holder?.pid ?? null },
    hint: 'Wait until it has finished, then run the command again.',
  })
}
