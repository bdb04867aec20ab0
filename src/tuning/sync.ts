import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import type { ReservedSql } from '../db/index.ts'
import { type Emit, GigarowError } from '../kernel/index.ts'
import type { TuningEvent } from './context.ts'
import type { Journal } from './journal.ts'
import type { JournalState } from './journal-records.ts'
import { systemIdentifierOf } from './pg-control.ts'
import type { ServerState } from './server.ts'

/** Whether the profile turned off what protects files from a crash of the machine. */
export function wasUnsafe(open: JournalState): boolean {
  return turnedOff(open, 'fsync') || turnedOff(open, 'full_page_writes')
}

function turnedOff(open: JournalState, name: string): boolean {
  return open.settings.some((s) => s.name === name && s.before !== undefined && s.effective === 'off')
}

export interface SyncWork {
  readonly session: ReservedSql
  readonly journal: Journal
  readonly server: ServerState
  readonly open: JournalState
  /** The user says that the disks are up to date. */
  readonly assumed: boolean
  /** Whether a setting is in conflict: the revert will have to run again. */
  readonly unsettled: boolean
  readonly options: { readonly emit?: Emit<TuningEvent> }
}

/**
 * The way back from fsync = off (PostgreSQL manual, "fsync"): with fsync on again, the kernel writes out what it holds,
 * then a checkpoint writes what the server holds. A checkpoint alone is not enough: the requests to flush that came while
 * fsync was off were dropped. Also compares the machine's boot id with the one from before.
 */
export async function bringDisksUpToDate(work: SyncWork): Promise<void> {
  const { session, journal, server, open } = work
  const [fsync] = await session<{ on: boolean }[]>`select current_setting('fsync')::bool as on`
  // Somebody else keeps it off: once he lets go, the next revert has to sync.
  if (turnedOff(open, 'fsync') && !fsync!.on && work.unsettled) return
  if (turnedOff(open, 'fsync') && fsync!.on && !work.assumed) await syncDisks(session, server)
  await session`checkpoint`
  const then = open.plan.bootId
  const suspect = then !== null && server.bootId !== null && then !== server.bootId
  journal.append({ type: 'synced', suspect })
  work.options.emit?.({ type: 'tuning.synced' })
}

/** On the server's machine, wherever that is; from here only when its files are here. */
async function syncDisks(session: ReservedSql, server: ServerState): Promise<void> {
  try {
    await session`copy (select 1) to program 'sync'`
  } catch (cause) {
    if (systemIdentifierOf(server.dataDirectory) !== server.systemIdentifier) throw notSynced(cause)
    await promisify(execFile)('sync').catch((error: unknown) => {
      throw notSynced(error)
    })
  }
}

function notSynced(cause: unknown): GigarowError {
  return new GigarowError(
    'TUNING_NOT_SYNCED',
    'fsync is on again, but the server’s machine could not be told to write its caches to disk.',
    {
      cause,
      hint: 'Run `sync` on the machine of the server (or reboot it in good order), then: gigarow tune revert --synced.',
    },
  )
}
