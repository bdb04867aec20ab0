import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import type { Target } from '../../../../src/db/index.ts'
import { isGigarowError } from '../../../../src/kernel/index.ts'
import {
  applyTuning,
  type OnConflict,
  revertTuning,
  specsOf,
  type TuningContext,
} from '../../../../src/tuning/index.ts'
import { spawnCli } from '../../../support/index.ts'
import { until } from '../../../support/until.ts'
import { DEAD, type Incident, injected } from '../injected.ts'
import { type Bench, embedded, ownServer } from './bench.ts'
import type { Meddler } from './meddler.ts'
import type { Fault, Scenario } from './scenario.ts'

/** How an attempt ended. */
export interface Ending {
  /** Of the error; undefined: it succeeded. 'DEAD': it did not live to say anything. */
  readonly code: string | undefined
  readonly exitCode: number | undefined
  readonly message: string
  /** Settings in conflict. */
  readonly settings: readonly string[]
  readonly pendingRestart: readonly string[]
  /** Whether the fault came about. */
  readonly fault: boolean
}

export interface Attempt {
  readonly fault?: Fault | undefined
  /** Interferes at this statement. */
  readonly meddler?: { readonly who: Meddler; readonly at: number } | undefined
}

/** Who applies and reverts: the engine in this process, or the command line. */
export interface Actor {
  apply(attempt: Attempt): Promise<Ending>
  revert(attempt: Attempt & { readonly conflicts: OnConflict }): Promise<Ending>
}

export function actorFor(s: Scenario, bench: Bench, target: Target): Actor {
  return s.through === 'cli' ? commandLine(s, bench) : engine(s, bench, target)
}

function engine(s: Scenario, bench: Bench, target: Target): Actor {
  const context = s.through === 'engine' ? embedded(bench) : ownServer(bench, target)
  const { profile, hardware, restart } = s
  return {
    apply: (attempt) =>
      inProcess(bench, context, attempt, (tuning) =>
        applyTuning({ ...tuning, profile, hardware, allowUnsafe: true, restart }),
      ),
    revert: ({ conflicts, ...attempt }) =>
      inProcess(bench, context, attempt, (tuning) => revertTuning({ ...tuning, conflicts, restart })),
  }
}

async function inProcess(
  bench: Bench,
  context: TuningContext,
  { fault, meddler }: Attempt,
  use: (tuning: TuningContext) => Promise<{ readonly pendingRestart: readonly string[] }>,
): Promise<Ending> {
  const incidents: Incident[] = []
  if (fault !== undefined) {
    const act = async () => (fault.kills === 'us' ? undefined : killServer(bench))
    incidents.push({ at: fault.at, when: fault.when, dies: fault.kills !== 'server', act })
  }
  if (meddler !== undefined) {
    // Between our last look at a setting and its statement nobody can be seen.
    const suits = (statement: string) => !/^alter /.test(statement)
    incidents.push({ at: meddler.at, when: 'before', dies: false, act: () => meddler.who.act(), suits })
  }
  const tuning = injected(context, incidents)
  // The dead edit no files.
  const { dataDirectory: _, ...mortal } = tuning
  const happened = () => fault !== undefined && tuning.happened()
  try {
    const { pendingRestart } = await use(fault?.kills === 'us' || fault?.kills === 'both' ? mortal : tuning)
    return { ...SILENT, pendingRestart, fault: happened() }
  } catch (error) {
    if (tuning.dead()) return { ...SILENT, code: 'DEAD', fault: true }
    return { ...SILENT, ...told(error), fault: happened() }
  }
}

const SILENT: Ending = {
  code: undefined,
  exitCode: undefined,
  message: '',
  settings: [],
  pendingRestart: [],
  fault: false,
}

function told(error: unknown): Partial<Ending> {
  if (error instanceof Error && error.message === DEAD) return { code: 'DEAD' }
  // Anything else than an error of ours is a mistake of ours.
  if (!isGigarowError(error)) throw error
  const settings = [error.facts.settings ?? error.facts.setting ?? []].flat() as string[]
  return { code: error.code, exitCode: error.exitCode, message: error.message, settings }
}

/** Until the system has collected a killed server: pg_ctl would wait for that, and then say that it was for nothing. */
export async function collected({ cluster }: Bench): Promise<void> {
  const pid = Number(readOrEmpty(join(cluster.dataDirectory, 'postmaster.pid')).split('\n')[0])
  await until('the killed server is gone', () => !/\) Z /.test(readOrEmpty(`/proc/${pid}/stat`)))
}

function readOrEmpty(path: string): string {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    return ''
  }
}

async function killServer({ cluster }: Bench): Promise<void> {
  const { pid } = cluster.status()
  if (pid !== null) process.kill(pid, 'SIGKILL')
}

function commandLine(s: Scenario, bench: Bench): Actor {
  writeProfile(s, bench)
  const { cpus, memoryBytes, diskFreeBytes, walFreeBytes, disk } = s.hardware
  const hardware = [
    ...['--cpus', String(cpus), '--memory', `${memoryBytes! / 1024}kB`],
    ...['--disk-free', `${diskFreeBytes! / 1024}kB`, '--wal-free', `${walFreeBytes! / 1024}kB`],
    ...(disk === undefined ? [] : ['--disk', disk]),
  ]
  const restart = s.restart ? [] : ['--no-restart']
  const answer: Readonly<Record<OnConflict, readonly string[]>> = {
    report: [],
    keep: ['--keep-theirs'],
    force: ['--force'],
  }
  return {
    apply: ({ fault }) =>
      command(bench, ['tune', 'apply', s.profile.name, '--unsafe', ...hardware, ...restart], fault),
    revert: ({ fault, conflicts }) =>
      command(bench, ['tune', 'revert', ...answer[conflicts], ...restart], fault),
  }
}

function writeProfile({ profile }: Scenario, { project }: Bench): void {
  const folder = join(project, 'tuning')
  rmSync(folder, { recursive: true, force: true })
  if (profile.name !== 'trial') return
  mkdirSync(folder)
  const settings = Object.fromEntries(specsOf(profile))
  writeFileSync(
    join(folder, 'trial.mjs'),
    `export default ${JSON.stringify({ name: 'trial', description: profile.description, settings })}\n`,
  )
}

/** Runs it, and kills when the journal has so many more records. */
async function command(bench: Bench, args: readonly string[], fault: Fault | undefined): Promise<Ending> {
  const from = journalLines(bench)
  const cli = spawnCli([...args, '--json'], { cwd: bench.project })
  let ended = false
  const result = cli.result.finally(() => {
    ended = true
  })
  let happened = false
  if (fault !== undefined) {
    while (!ended && journalLines(bench) < from + fault.at) await pause(1)
    happened = !ended
    if (fault.kills !== 'us' && happened) await killServer(bench)
    if (fault.kills !== 'server') cli.child.kill('SIGKILL')
  }
  const { code, stdout, stderr } = await result
  if (code === null) return { ...SILENT, code: 'DEAD', fault: happened }
  const { error, pendingRestart = [] } = JSON.parse(stdout)
  if (error === undefined) return { ...SILENT, exitCode: code, pendingRestart, fault: happened }
  const settings = [error.facts.settings ?? error.facts.setting ?? []].flat()
  return {
    ...SILENT,
    code: error.code,
    exitCode: code,
    message: error.message + stderr,
    settings,
    fault: happened,
  }
}

function journalLines({ stateDir }: Bench): number {
  try {
    const folder = join(stateDir, 'tuning')
    return readdirSync(folder).reduce(
      (sum, name) => sum + readFileSync(join(folder, name), 'utf8').split('\n').length - 1,
      0,
    )
  } catch {
    return 0
  }
}
