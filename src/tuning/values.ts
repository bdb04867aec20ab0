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
const NUMBER = /^\s*([+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?)\s*([A-Za-z]*)\s*$/i
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
  // -1 stands for "let the server choose": it then shows what it chose.
  return Number(shown) === Number(wanted) || (Number(wanted) === -1 && Number(setting.min) === -1)
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
  const value = Number(match[1]) * scale(setting, text, match[2]!)
  const number = setting.vartype === 'integer' ? Math.round(value) : value
  if (number < Number(setting.min) || number > Number(setting.max)) {
    const [low, high] = [humanise(setting, setting.min!), humanise(setting, setting.max!)]
    throw badValue(setting, text, `must be from ${low} to ${high} on this server`)
  }
  return String(number)
}

function scale(setting: ServerSetting, text: string, unit: string): number {
  if (unit === '') return 1
  const base = setting.unit === null ? undefined : baseOf(setting.unit)
  const size = base?.units[unit]
  if (base === undefined) throw badValue(setting, text, 'takes a number without a unit')
  if (size === undefined) throw badValue(setting, text, `has the units ${Object.keys(base.units).join(', ')}`)
  return size / base.size
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
