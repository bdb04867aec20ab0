/** What ALTER COLUMN … TYPE does with the rows, as far as the names of the two types tell. */
export interface TypeChange {
  /** free: only the catalog changes · rewrite: every row is written anew · impossible: PostgreSQL has no cast. */
  readonly cost: 'free' | 'rewrite' | 'impossible'
  /** Needs USING: there is no cast that an assignment would use. */
  readonly using: boolean
  /** Values may be rounded or cut off without an error. */
  readonly lossy: boolean
}

interface Parsed {
  readonly name: string
  readonly modifiers: readonly number[]
  readonly array: boolean
}

/** numeric(10,2) · character varying(10)[] · timestamp(3) with time zone */
function parsed(type: string): Parsed {
  const array = /\[\]$/.test(type)
  const base = type.replace(/(\[\])+$/, '')
  const modifiers = /\(([\d, -]+)\)/.exec(base)?.[1]?.split(',').map(Number) ?? []
  return { name: base.replace(/\s*\([\d, -]+\)/, ''), modifiers, array }
}

const STRINGS = new Set(['text', 'character varying', 'character', 'name', 'citext', 'public.citext'])
const NUMBERS = new Set(['smallint', 'integer', 'bigint', 'numeric', 'real', 'double precision'])
const TIMES = new Set(['date', 'timestamp without time zone', 'timestamp with time zone'])
const GROUPS: readonly ReadonlySet<string>[] = [
  STRINGS,
  NUMBERS,
  TIMES,
  new Set(['time without time zone', 'time with time zone', 'interval']),
  new Set(['boolean']),
  new Set(['uuid']),
  new Set(['json', 'jsonb']),
  new Set(['bytea']),
  new Set(['inet', 'cidr']),
  new Set(['bit', 'bit varying']),
]
const PRECISE = new Set([
  'timestamp without time zone',
  'timestamp with time zone',
  'time without time zone',
  'time with time zone',
])

export function typeChange(from: string, to: string): TypeChange {
  const [a, b] = [parsed(from), parsed(to)]
  const free = !a.array && !b.array && isFree(a, b)
  if (free) return { cost: 'free', using: false, lossy: false }
  const [left, right] = [groupOf(a), groupOf(b)]
  const strings = left === STRINGS || right === STRINGS
  const impossible =
    a.array !== b.array
      ? !strings
      : left !== undefined && right !== undefined && left !== right && !strings && !isBoolean(a, b)
  if (impossible) return { cost: 'impossible', using: false, lossy: false }
  return { cost: 'rewrite', using: right !== STRINGS && left !== right, lossy: isLossy(a, b) }
}

const groupOf = ({ name }: Parsed) => GROUPS.find((group) => group.has(name))

/** boolean and integer have a cast that has to be asked for. */
const isBoolean = (a: Parsed, b: Parsed): boolean =>
  (a.name === 'boolean' && b.name === 'integer') || (a.name === 'integer' && b.name === 'boolean')

function isFree(a: Parsed, b: Parsed): boolean {
  const [p = Number.POSITIVE_INFINITY, s = 0] = a.modifiers
  const [q = Number.POSITIVE_INFINITY, t = 0] = b.modifiers
  if (a.name === 'cidr' && b.name === 'inet') return true
  if (b.name === 'text') return a.name === 'character varying' || a.name === 'text'
  if (b.name === 'character varying' && (a.name === 'character varying' || a.name === 'text')) return q >= p
  if (a.name !== b.name) return false
  if (a.name === 'numeric') return b.modifiers.length === 0 || (q >= p && s === t && a.modifiers.length > 0)
  if (a.name === 'bit varying') return q >= p
  // Without a number they keep six digits.
  if (PRECISE.has(a.name)) return Math.min(q, 6) >= Math.min(p, 6)
  return false
}

const DIGITS: Readonly<Record<string, number>> = { smallint: 0, integer: 0, bigint: 0 }

/** What does not fit is an error, what is only less exact is not. */
function isLossy(a: Parsed, b: Parsed): boolean {
  if (NUMBERS.has(a.name) && NUMBERS.has(b.name)) {
    if (DIGITS[a.name] === 0)
      return b.name === 'real' || (b.name === 'double precision' && a.name === 'bigint')
    if (DIGITS[b.name] === 0 || b.name === 'real') return a.name !== b.name
    if (b.name === 'double precision') return a.name === 'numeric'
    if (b.modifiers.length === 0) return false
    return a.name !== 'numeric' || a.modifiers.length === 0 || (b.modifiers[1] ?? 0) < (a.modifiers[1] ?? 0)
  }
  if (TIMES.has(a.name) && b.name === 'date') return true
  if (PRECISE.has(a.name) && a.name === b.name) return true
  return a.name === 'character' && STRINGS.has(b.name) ? false : a.name === 'json' && b.name === 'jsonb'
}
