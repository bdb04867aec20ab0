import { expect } from 'vitest'
import type { Target } from '../../../../src/db/index.ts'
import { openJournals, tuningStatus } from '../../../../src/tuning/index.ts'
import { type Actor, actorFor, collected, type Ending } from './actor.ts'
import { type Bench, embedded, onServer, placed, type Snapshot, snapshot, stage } from './bench.ts'
import { type Meddler, openMeddler } from './meddler.ts'
import type { Fault, Scenario } from './scenario.ts'

/** What a failure may be called when a server was killed under us. */
const CUT_OFF = /^(DEAD|DB_[A-Z_]+|TUNING_RESTART_FAILED|TUNING_BUSY)$/

/** Makes the previous state, applies, is killed, reverts, and compares. Throws when anything is not as before. */
export async function runTrial(bench: Bench, drawn: Scenario): Promise<void> {
  const target = await stage(bench, drawn.before)
  const s = withFolders(drawn, bench)
  const before = await snapshot(bench)
  const started = await startTime(target)
  const actor = actorFor(s, bench, target)
  const meddler =
    s.meddling === undefined ? undefined : openMeddler({ bench, target, profile: s.profile }, s.meddling)
  try {
    await applyPhase({ s, bench, actor, meddler })
    if (s.meddling?.moment === 'between') await meddler!.act()
    await revertPhase({ s, bench, actor, meddler })
    const status = await tuningStatus(embedded(bench))
    expect(status).toMatchObject({ open: false, unfinished: false, foreign: null, elsewhere: [] })
    await compare({ s, bench, before, meddler, started })
  } finally {
    await meddler?.mend()
  }
}

function withFolders(s: Scenario, { cluster, other }: Bench): Scenario {
  const { socketDir } = cluster.status()
  const { name, description, settings } = s.profile
  const put = Object.entries(settings as Record<string, { value: unknown }>).map(([key, spec]) => {
    const { value } = spec
    return [key, typeof value === 'string' ? { ...spec, value: placed(value, { socketDir, other }) } : spec]
  })
  return { ...s, profile: { name, description, settings: Object.fromEntries(put) } }
}

async function startTime(target: Target): Promise<number> {
  const [row] = await onServer(
    target,
    (sql) => sql<{ at: number }[]>`select extract(epoch from pg_postmaster_start_time())::float8 as at`,
  )
  return row!.at
}

async function applyPhase({ s, bench, actor, meddler }: Work): Promise<void> {
  const there = s.meddling?.moment === 'apply' ? { who: meddler!, at: s.meddling.at } : undefined
  const first = await actor.apply({ fault: s.fault, meddler: there })
  expectExplained(first, { s, meddler })
  await collected(bench)
  if (!s.again || meddler?.acted() === true) return
  // A server of the user's own he starts himself.
  await bench.cluster.start().catch(() => {})
  expectExplained(await actor.apply({}), { s, meddler })
}

/** Without a reason that the trial itself has made, apply succeeds. */
function expectExplained(
  ending: Ending,
  { s, meddler }: { s: Scenario; meddler: Meddler | undefined },
): void {
  const { code, message } = ending
  const reasons = [
    [true, undefined],
    [ending.fault, CUT_OFF],
    [s.unstartable, /^(TUNING_RESTART_FAILED|TUNING_OPEN)$/],
    // A revert that was cut off has begun.
    [s.fault !== undefined, /^TUNING_OPEN$/],
    [meddler?.acted() === true, /^TUNING_(CONFLICT|NOT_EFFECTIVE|NOT_ALLOWED|RESTART_FAILED)$|^DB_/],
  ] as const
  const explained = reasons.some(
    ([holds, codes]) => holds && (codes === undefined ? code === undefined : codes.test(code ?? '')),
  )
  if (!explained) throw new Error(`apply failed for no reason of the trial's: ${code}: ${message}`)
}

interface Work {
  readonly s: Scenario
  readonly bench: Bench
  readonly actor: Actor
  readonly meddler: Meddler | undefined
}

/** Runs revert until all is back, as a user would: after a crash again, after a conflict with --keep-theirs. */
async function revertPhase({ s, bench, actor, meddler }: Work): Promise<void> {
  const contested = await contestedSettings(bench)
  const history: string[] = []
  let reported: readonly string[] = []
  let conflicts: 'report' | 'keep' = 'report'
  for (let attempt = 1; attempt <= 8; attempt++) {
    const fault = attempt === 1 ? s.revertFault : undefined
    const there =
      attempt === 1 && s.meddling?.moment === 'revert' ? { who: meddler!, at: s.meddling.at } : undefined
    const ending = await actor.revert({ fault, meddler: there, conflicts })
    await collected(bench)
    history.push(`${ending.code ?? 'done'} ${ending.message}`)
    await meddler?.mend()
    if (ending.code === undefined) {
      if (ending.pendingRestart.length === 0 && !(attempt === 1 && ending.fault)) {
        expect(reported).toEqual(expect.arrayContaining([...contested]))
        return
      }
      // By hand, as revert says.
      if (ending.pendingRestart.length > 0) await bench.cluster.restart()
    } else if (ending.code === 'TUNING_CONFLICT') {
      expect(ending.exitCode).toBe(3)
      expect(ending.settings).toEqual([meddler?.setting])
      reported = ending.settings
      conflicts = 'keep'
    } else if (ending.code === 'DB_UNREACHABLE' && openJournals(bench.stateDir).length === 0) {
      // Killed when all was back: nothing to mend, and nobody but the user starts his server.
      await bench.cluster.start()
    } else if (attempt > 4 || !mayFail(ending, fault, meddler)) {
      throw new Error(`revert failed for no reason of the trial's:\n${history.join('\n')}`)
    }
  }
  throw new Error('revert came to no end')
}

function mayFail({ code = '' }: Ending, fault: Fault | undefined, meddler: Meddler | undefined): boolean {
  // Who is dead mends no files; who is alive has to.
  if (code === 'CLUSTER_START_FAILED') return fault !== undefined && fault.kills !== 'server'
  return CUT_OFF.test(code) || meddler?.acted() === true
}

/** What is somebody else's before the revert begins: each of them has to be reported. */
async function contestedSettings(bench: Bench): Promise<readonly string[]> {
  if (bench.cluster.target() === undefined) return []
  const { settings } = await tuningStatus(embedded(bench)).catch(() => ({ settings: [] }))
  return settings.filter((row) => row.state === 'changed by somebody else').map((row) => row.name)
}

interface Compared {
  readonly s: Scenario
  readonly bench: Bench
  readonly before: Snapshot
  readonly meddler: Meddler | undefined
  readonly started: number
}

async function compare({ s, bench, before, meddler, started }: Compared): Promise<void> {
  const restarted = async () => (await startTime(await bench.cluster.start())) !== started
  const look = async () => without(await snapshot(bench), meddler?.setting)
  const expected = async () =>
    without(expectedOf(before, { s, restarted: await restarted() }), meddler?.setting)
  let now = await look()
  if (meddler?.setting !== undefined && meddler.acted()) {
    const own = (await snapshot(bench)).auto[meddler.setting]
    expect(own).toBe(meddler.theirs)
  }
  const stale = !s.restart && JSON.stringify(now) !== JSON.stringify(await expected())
  // A setting that was taken back before any restart: pg_settings forgets that it was pending only by one.
  if (stale) {
    expect(valuesOf(now)).toEqual(valuesOf(await expected()))
    await bench.cluster.restart()
    now = await look()
  }
  expect(now).toEqual(await expected())
}

function valuesOf({ auto, scoped, plain }: Snapshot) {
  return { auto, scoped, plain: Object.entries(plain).map(([name, row]) => [name, row.setting]) }
}

/** As before; what waited for a restart is in force after one. */
function expectedOf(before: Snapshot, { s, restarted }: { s: Scenario; restarted: boolean }): Snapshot {
  const { pending } = s.before
  if (pending === undefined || !restarted) return before
  const row = { setting: pending.shown, source: 'configuration file', pending: false }
  const replaced = { [pending.name]: row }
  return { ...before, tuned: { ...before.tuned, ...replaced }, plain: { ...before.plain, ...replaced } }
}

/** Sizes that follow from others. */
const DERIVED = ['shared_memory_size', 'shared_memory_size_in_huge_pages']

function without(all: Snapshot, setting: string | undefined): Snapshot {
  if (setting === undefined) return all
  const rest = <T>(rows: Readonly<Record<string, T>>) =>
    Object.fromEntries(Object.entries(rows).filter(([name]) => ![setting, ...DERIVED].includes(name)))
  return { auto: rest(all.auto), scoped: all.scoped, tuned: rest(all.tuned), plain: rest(all.plain) }
}
