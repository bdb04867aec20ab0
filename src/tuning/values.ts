import { GigarowError } from '../kernel/index.ts'
import { isListSetting, splitList } from './list-value.ts'
import type { SettingValue } from './profile.ts'
import type { ServerSetting } from './server.ts'

const MEMORY: Readonly<Record<string, number>> = {
  B: 1,
  kB: 1024,
  MB: 1024 ** 2,
  GB: 1024 ** 3,
  TB: 1024 ** 4,
}
const TIME: Readonly<Record<string, number>> = {
  us: 0.001,
  ms: 1,
  s: 1000,
  min: 60_000,
  h: 3_600_000,
  d: 86_400_000,
}
const NUMBER = /^\s*([+-]?(?:0x[\da-f]+|(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?))\s*([A-Za-z]*)\s*$/i
/** Settings with a value that means "choose yourself": the server then shows what it has chosen. */
const CHOOSES: Readonly<Record<string, number>> = {
  wal_buffers: -1,
  io_max_concurrency: -1,
  commit_timestamp_buffers: 0,
  subtransaction_buffers: 0,
  transaction_buffers: 0,
}
const TRUE = ['on', 'true', 'yes', '1', 't', 'y']
const FALSE = ['off', 'false', 'no', '0', 'f', 'n']

/** The text that goes into a configuration file for a profile's value. */
export function confText(value: SettingValue): string {
  return typeof value === 'boolean' ? (value ? 'on' : 'off') : String(value)
}

/**
 * What pg_settings.setting will say once `text` is in force: a number in the setting's own unit, on or off, the enum
 * value. Throws TUNING_BAD_VALUE when the live server says that it cannot be.
 */
export function normalise(setting: ServerSetting, text: string): string {
  switch (setting.vartype) {
    case 'bool':
      return normaliseBool(setting, text)
    case 'enum':
      return normaliseEnum(setting, text)
    case 'integer':
    case 'real':
      return normaliseNumber(setting, text)
    default:
      return isListSetting(setting.name) ? JSON.stringify(splitList(setting.name, text)) : text
  }
}

/** As normalise, for a value that the server itself shows. */
export function sameValue(setting: ServerSetting, shown: string, wanted: string): boolean {
  if (isListSetting(setting.name)) return JSON.stringify(splitList(setting.name, shown)) === wanted
  if (setting.vartype !== 'integer' && setting.vartype !== 'real') return shown === wanted
  if (choosesItself(setting, wanted)) return true
  // pg_settings shows six digits of a fraction, and the modes of files in octal.
  if (setting.vartype === 'real') return Number(shown) === Number(Number(wanted).toPrecision(6))
  return wholeNumber(shown) === Number(wanted)
}

export function choosesItself({ name }: ServerSetting, wanted: string): boolean {
  return name in CHOOSES && CHOOSES[name] === Number(wanted)
}

/** For people: 16384 of a setting in 8kB is 128MB. */
export function humanise(setting: ServerSetting, shown: string): string {
  const base = setting.unit === null ? undefined : baseOf(setting.unit)
  const value = Number(shown)
  if (base === undefined || value <= 0 || !Number.isInteger(value)) return shown === '' ? "''" : shown
  const amount = value * base.size
  const units = Object.entries(base.units).filter(([, size]) => amount >= size && amount % size === 0)
  const [suffix, size] = units.at(-1) ?? [setting.unit, base.size]
  return `${amount / size}${suffix}`
}

function normaliseBool(setting: ServerSetting, text: string): string {
  const lower = text.trim().toLowerCase()
  if (TRUE.includes(lower)) return 'on'
  if (FALSE.includes(lower)) return 'off'
  throw badValue(setting, text, 'is on or off')
}

function normaliseEnum(setting: ServerSetting, text: string): string {
  const lower = text.trim().toLowerCase()
  const allowed = setting.enumvals ?? []
  const known = allowed.find((value) => value.toLowerCase() === lower)
  if (known === undefined) throw badValue(setting, text, `is one of ${allowed.join(', ')} on this server`)
  return known
}

function normaliseNumber(setting: ServerSetting, text: string): string {
  const match = NUMBER.exec(text)
  if (match === null) throw badValue(setting, text, 'is a number')
  const plain = setting.vartype === 'integer' ? wholeNumber(match[1]!) : Number(match[1])
  const value = inBaseUnit(setting, { text, plain, unit: match[2]! })
  const number = setting.vartype === 'integer' ? rounded(value) : value
  if (Number.isNaN(number)) throw badValue(setting, text, 'is a number')
  if (number < Number(setting.min) || number > Number(setting.max)) {
    const [low, high] = [humanise(setting, setting.min!), humanise(setting, setting.max!)]
    throw badValue(setting, text, `must be from ${low} to ${high} on this server`)
  }
  return String(number)
}

/** As the server's strtol() reads it: 0x is hexadecimal, and a leading zero is octal. */
function wholeNumber(text: string): number {
  const [, sign = '', digits] = /^([+-]?)(0x[\da-f]+|0[\d]+)$/i.exec(text) ?? []
  if (digits === undefined) return Number(text)
  const octal = !/^0x/i.test(digits)
  return Number(octal ? `0o${digits.slice(1)}` : digits) * (sign === '-' ? -1 : 1)
}

/** Halves to the even neighbour, as rint() of the server does. */
function rounded(value: number): number {
  const up = Math.round(value)
  return Math.abs(value % 1) === 0.5 && up % 2 !== 0 ? up - 1 : up
}

interface Written {
  readonly text: string
  readonly plain: number
  readonly unit: string
}

/** The server rounds a fraction such as 0.01GB to whole units of the next smaller kind: 10MB. */
function inBaseUnit(setting: ServerSetting, { text, plain, unit }: Written): number {
  if (unit === '') return plain
  const base = setting.unit === null ? undefined : baseOf(setting.unit)
  if (base === undefined) throw badValue(setting, text, 'takes a number without a unit')
  const names = Object.keys(base.units)
  const at = names.indexOf(unit)
  if (at === -1) throw badValue(setting, text, `has the units ${names.join(', ')}`)
  const inBase = (name: string) => base.units[name]! / base.size
  const value = plain * inBase(unit)
  if (at === 0) return value
  const smaller = inBase(names[at - 1]!)
  return rounded(value / smaller) * smaller
}

/** '8kB' is eight kilobytes; undefined for a unit that is neither memory nor time. */
function baseOf(unit: string): { size: number; units: Readonly<Record<string, number>> } | undefined {
  const [, count = '', name = ''] = /^(\d*)([A-Za-z]+)$/.exec(unit) ?? []
  const units = name in MEMORY ? MEMORY : name in TIME ? TIME : undefined
  return units === undefined ? undefined : { size: Number(count || 1) * units[name]!, units }
}

function badValue(setting: ServerSetting, text: string, rule: string): GigarowError {
  return new GigarowError('TUNING_BAD_VALUE', `${setting.name} ${rule}; the profile says "${text}".`, {
    facts: { setting: setting.name, value: text, min: setting.min, max: setting.max },
    hint: 'Correct the profile. Nothing was changed on the server.',
  })
}
