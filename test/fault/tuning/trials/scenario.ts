import {
  analytics,
  bulk,
  bulkSafe,
  dev,
  type HardwareOverrides,
  mixed,
  oltp,
  type SettingSpec,
  type TuningProfile,
  web,
} from '../../../../src/tuning/index.ts'
import { profileOf } from '../../../db/tuning/support.ts'
import { type Before, type Drawing, previousState } from './before.ts'
import { type Candidate, candidatesFor, type Dice, dice } from './pool.ts'

/** engine: on the embedded server. own: a server of the user's with pg_ctl. cli: the same by real processes. */
export type Through = 'engine' | 'own' | 'cli'

export interface Fault {
  readonly kills: 'us' | 'server' | 'both'
  /** The n-th statement, or record of the journal, before or after which it happens. */
  readonly at: number
  readonly when: 'before' | 'after'
}

/** Another session's change. */
export interface Meddling {
  readonly moment: 'apply' | 'between' | 'revert'
  readonly at: number
  readonly what: 'set' | 'reset' | 'syntax error'
  /** Which of the profile's settings, by its place. */
  readonly setting: number
}

export interface Scenario {
  readonly seed: number
  readonly major: number
  readonly before: Before
  readonly profile: TuningProfile
  /** A setting of the profile keeps the server from starting. */
  readonly unstartable: boolean
  readonly hardware: HardwareOverrides
  readonly through: Through
  readonly restart: boolean
  readonly fault: Fault | undefined
  readonly again: boolean
  readonly revertFault: Fault | undefined
  readonly meddling: Meddling | undefined
}

const SHIPPED = [analytics, bulk, bulkSafe, dev, mixed, oltp, web]
const GB = 1024 ** 3

export function scenario(seed: number, major: number): Scenario {
  const roll = dice(seed)
  const candidates = candidatesFor(major, roll)
  const lists = candidates.filter((c) => c.list === true)
  const sure = roll.chance(30) ? roll.pick(lists) : undefined
  const before = previousState({ candidates, sure }, roll)
  const unstartable = roll.chance(12)
  const profile =
    roll.chance(35) && !unstartable && sure === undefined
      ? roll.pick(SHIPPED)
      : ownProfile({ candidates, sure }, unstartable, roll)
  const through = roll.pick<Through>(['engine', 'engine', 'own', 'own', 'cli'])
  return {
    seed,
    major,
    before,
    profile,
    unstartable,
    hardware: {
      cpus: roll.pick([1, 2, 5, 16]),
      memoryBytes: roll.pick([0.3, 0.5, 1]) * GB,
      diskFreeBytes: roll.pick([5, 50]) * GB,
      walFreeBytes: roll.pick([5, 50]) * GB,
      ...(roll.chance(50) ? { disk: roll.pick(['hdd', 'ssd', 'nvme', 'san'] as const) } : {}),
    },
    through,
    restart: before.pending === undefined && roll.chance(75),
    fault: roll.chance(75) ? fault(through, roll) : undefined,
    again: roll.chance(20),
    revertFault: roll.chance(40) ? fault(through, roll) : undefined,
    meddling: roll.chance(30) && !unstartable ? meddling(through, roll) : undefined,
  }
}

function fault(through: Through, { pick, below }: Dice): Fault {
  return {
    kills: pick(['us', 'us', 'server', 'both'] as const),
    at: through === 'cli' ? below(30) + 1 : below(60) + 1,
    when: pick(['before', 'after'] as const),
  }
}

function meddling(through: Through, { pick, below }: Dice): Meddling {
  const inside = through === 'cli' ? [] : (['apply', 'revert'] as const)
  return {
    moment: pick(['between', 'between', ...inside] as const),
    at: below(40) + 1,
    what: pick(['set', 'set', 'reset', 'syntax error'] as const),
    setting: below(20),
  }
}

/** As a user's file would declare it: one to eight settings, one of them perhaps deadly. */
function ownProfile({ candidates, sure }: Drawing, unstartable: boolean, roll: Dice): TuningProfile {
  const chosen = [sure ?? roll.pick(candidates), ...roll.some(candidates, 7)]
  const settings = chosen.map((c) => [c.name, spec(c, roll)] as const)
  const deadly = ['shared_preload_libraries', { value: 'no_such_library', level: 'L2' }] as const
  return profileOf(Object.fromEntries([...settings, ...(unstartable ? [deadly] : [])]), 'trial')
}

function spec(
  { texts, loose = [], restart, unsafe, extension }: Candidate,
  { pick, chance }: Dice,
): Partial<SettingSpec> {
  const text = pick([...texts, ...loose])
  return {
    value:
      /^(on|off)$/.test(text) && chance(50)
        ? text === 'on'
        : asNumber(text) && chance(50)
          ? Number(text)
          : text,
    level: unsafe === true ? 'L3' : restart === true ? 'L2' : 'L1',
    ...(extension === true ? { optional: true } : {}),
  }
}

function asNumber(text: string): boolean {
  return text !== '' && String(Number(text)) === text
}

/** For the test's name. */
export function describeScenario(s: Scenario): string {
  const faultText = (f: Fault | undefined) =>
    f === undefined ? '' : ` (${f.kills} killed ${f.when} ${f.at})`
  return [
    `${s.profile.name} by ${s.through}${s.restart ? '' : ', no restart'}${faultText(s.fault)}`,
    ...(s.unstartable ? ['does not start'] : []),
    ...(s.before.pending === undefined ? [] : ['something pending']),
    ...(s.again ? ['applied again'] : []),
    ...(s.meddling === undefined ? [] : [`somebody: ${s.meddling.what} at ${s.meddling.moment}`]),
    `reverted${faultText(s.revertFault)}`,
  ].join('; ')
}
