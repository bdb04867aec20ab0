import { pathToFileURL } from 'node:url'
import { DEFAULT_LOCK_POLICY, isConnectionLost, withLockRetry } from '../db/index.ts'
import { GigarowError, isGigarowError } from '../kernel/index.ts'
import { type BackfillOptions, backfill } from './backfill.ts'
import type { MigrationContext, MigrationModule } from './define.ts'
import { EVENTS_OF } from './events.ts'
import type { Run } from './execute.ts'
import { invalid, type MigrationFile } from './files.ts'
import type { Direction } from './ledger.ts'
import { asOurselves, cancellable, forgetSettings } from './run.ts'

/** Imports a user's file: gigarow's own loader reads TypeScript on every version of Node.js. */
export type LoadModule = (path: string) => Promise<Readonly<Record<string, unknown>>>

const nodeImport: LoadModule = (path) => import(pathToFileURL(path).href)

/** The default export of a migration.ts, checked. Throws MIGRATION_INVALID and what the file throws. */
export async function readModule(
  { module, path }: MigrationFile,
  load: LoadModule = nodeImport,
): Promise<MigrationModule> {
  const { default: found } = await load(module!)
  const { up, down, transaction } = (found ?? {}) as Partial<Record<keyof MigrationModule, unknown>>
  const good =
    typeof up === 'function' &&
    (down === undefined || typeof down === 'function') &&
    (transaction === undefined || typeof transaction === 'boolean')
  if (good) return found as MigrationModule
  throw invalid(
    path,
    `${path} does not export a migration`,
    'Write: export default defineMigration({ async up({ sql }) { … } }).',
  )
}

export interface ModuleJob {
  readonly file: MigrationFile
  readonly migration: MigrationModule
  readonly direction: Direction
  /** Writes the ledger; runs in the migration's transaction where it has one. Gets the time that it took. */
  readonly record: (ms: number) => Promise<void>
}

/** Runs a migration of TypeScript, up or down, and its row in the ledger. */
export async function executeModule(run: Run, job: ModuleJob): Promise<void> {
  const { file, migration, direction } = job
  const { before, after } = EVENTS_OF[direction]
  const transactional = migration.transaction !== false
  const begin = performance.now()
  const { name } = file
  run.emit({ type: before, name, statements: 0, transactional, alreadyDone: 0 })
  const record = () => asOurselves(run.session, () => job.record(performance.now() - begin))
  const work = async () => {
    if (!transactional) await runAlone(run, job)
    await inTransaction(run, job, async () => {
      if (transactional) await runOne(run, job)
      await record()
    })
  }
  try {
    await cancellable(run, work)
  } catch (error) {
    if (!isConnectionLost(error)) await forgetSettings(run.session).catch(() => {})
    throw explain(run, job, error)
  }
  await forgetSettings(run.session)
  run.emit({ type: after, name, ms: performance.now() - begin })
}

function inTransaction(run: Run, { file, direction }: ModuleJob, work: () => Promise<void>): Promise<void> {
  const { db, session, lock, emit, signal } = run
  const doing = `${direction === 'up' ? 'applying' : 'reverting'} ${file.name}`
  return withLockRetry(db, session, { doing, policy: lock, emit, ...(signal ? { signal } : {}) }, work)
}

/** A statement of its own still must not queue for a lock for long: others would wait behind it. */
async function runAlone(run: Run, job: ModuleJob): Promise<void> {
  const { lockTimeoutMs = DEFAULT_LOCK_POLICY.lockTimeoutMs } = run.lock
  await run.session`select set_config('lock_timeout', ${String(lockTimeoutMs)}, false)`
  await runOne(run, job)
}

async function runOne(run: Run, { file, migration, direction }: ModuleJob): Promise<void> {
  const context: MigrationContext = Object.freeze({
    sql: run.session,
    signal: run.signal ?? new AbortController().signal,
    backfill: (options: BackfillOptions) => {
      if (migration.transaction === false) return backfill(run, file.name, options)
      throw invalid(
        file.path,
        `${file.path} calls backfill() inside of one transaction`,
        'Write `transaction: false` beside `up`: each batch is then committed by itself.',
      )
    },
  })
  await (direction === 'up' ? migration.up(context) : migration.down!(context))
}

function explain(run: Run, { file, migration }: ModuleJob, error: unknown): unknown {
  const undone =
    migration.transaction === false
      ? 'What was committed before stays; the same command begins it again, and its backfills go on where they stopped.'
      : 'Its transaction was rolled back: nothing of this migration is in the database.'
  if (run.signal?.aborted)
    return new GigarowError('INTERRUPTED', `Stopped in the middle of ${file.name}. ${undone}`, {
      facts: { migration: file.name },
      hint: 'The same command goes on with it.',
    })
  if (isGigarowError(error) || isConnectionLost(error)) return error
  const reason = error instanceof Error ? error.message : String(error)
  return new GigarowError('MIGRATION_FAILED', `${file.path}: ${reason}\n${undone}`, {
    facts: { file: file.path, reason },
    cause: error,
    hint: 'Correct the file and run it again.',
  })
}
