import type { GeneratorSpec } from '../profile.ts'

/**
 * How many different values a generator can make for `rows` rows: an upper bound, Infinity where it is out of reach. `unique`: it makes none
 * twice, by its nature;
 * `random`: each is drawn by itself, so that some come twice long before all have come.
 */
export interface Variety {
  readonly values: number
  readonly unique: boolean
  readonly random: boolean
}

const ENDLESS: Variety = { values: Number.POSITIVE_INFINITY, unique: false, random: false }
const NONE_TWICE: Variety = { values: Number.POSITIVE_INFINITY, unique: true, random: false }

type Rule = (spec: GeneratorSpec, rows: number) => Variety

const number = (value: unknown, otherwise: number) => (typeof value === 'number' ? value : otherwise)
const some = (values: number): Variety => ({ values, unique: false, random: false })
const drawn = (values: number): Variety => ({ values, unique: false, random: true })

const RULES: Readonly<Record<string, Rule>> = {
  sequence: () => NONE_TWICE,
  permuted: () => NONE_TWICE,
  uuid: () => NONE_TWICE,
  email: () => NONE_TWICE,
  phoneNumber: () => NONE_TWICE,
  firstName: ({ isUnique }) => (isUnique === true ? NONE_TWICE : drawn(160)),
  lastName: ({ isUnique }) => (isUnique === true ? NONE_TWICE : drawn(230)),
  fullName: ({ isUnique }) => (isUnique === true ? NONE_TWICE : drawn(160 * 230)),
  cycle: ({ length }, rows) => {
    const values = number(length, Number.POSITIVE_INFINITY)
    return values >= rows ? NONE_TWICE : some(values)
  },
  timestampSteps: ({ rowsPerStep }, rows) => {
    const each = number(rowsPerStep, 1)
    return each === 1 ? NONE_TWICE : some(Math.ceil(rows / each))
  },
  int: ({ min, max, isUnique }) =>
    isUnique === true ? NONE_TWICE : drawn(number(max, Number.POSITIVE_INFINITY) - number(min, 0) + 1),
  decimal: ({ min, max, scale }) =>
    drawn((number(max, Number.POSITIVE_INFINITY) - number(min, 0)) * 10 ** number(scale, 2) + 1),
  boolean: () => drawn(2),
  choice: ({ values }) => drawn(Array.isArray(values) ? values.length : Number.POSITIVE_INFINITY),
  pareto: ({ max }) => drawn(number(max, Number.POSITIVE_INFINITY)),
  zipf: ({ max }) => drawn(number(max, Number.POSITIVE_INFINITY)),
  hex: ({ length }) => drawn(16 ** number(length, 32)),
  city: ({ field }) => (field === 'latitude' || field === 'longitude' ? ENDLESS : drawn(42)),
  reference: ({ rows }) => drawn(number(rows, Number.POSITIVE_INFINITY)),
  children: ({ rows, max, degrees }, children) =>
    degrees === undefined && max === 1
      ? NONE_TWICE
      : some(Math.min(number(rows, Number.POSITIVE_INFINITY), children)),
  childNumber: ({ max, degrees }) =>
    some(
      degrees === undefined
        ? number(max, Number.POSITIVE_INFINITY)
        : Math.max(...Object.keys(degrees as object).map(Number)),
    ),
  timestamp: (spec) => {
    const seconds = spanSeconds(spec)
    return drawn(spec.resolution === 'second' ? seconds : seconds * 1e6)
  },
  // To the millisecond.
  timestampRecent: (spec) => drawn(spanSeconds(spec) * 1000),
  businessHours: (spec) => drawn(spanSeconds(spec) * 1000),
}

export function varietyOf(spec: GeneratorSpec, rows: number): Variety {
  if (spec.kind === 'nullable') return varietyOf(spec.of as GeneratorSpec, rows)
  return RULES[spec.kind]?.(spec, rows) ?? ENDLESS
}

function spanSeconds({ from, to, days }: GeneratorSpec): number {
  if (typeof days === 'number') return days * 86_400
  const seconds = (Date.parse(String(to)) - Date.parse(String(from))) / 1000
  return Number.isFinite(seconds) && seconds > 0 ? seconds : Number.POSITIVE_INFINITY
}
