import { strings, type TypeName } from './tree.ts'

/** The parser's names of types, as format_type() writes them. */
const NAMES: Readonly<Record<string, string>> = {
  varchar: 'character varying',
  bpchar: 'character',
  int2: 'smallint',
  int4: 'integer',
  int8: 'bigint',
  float4: 'real',
  float8: 'double precision',
  bool: 'boolean',
  varbit: 'bit varying',
}
const ZONES: Readonly<Record<string, string>> = {
  timestamp: 'timestamp{} without time zone',
  timestamptz: 'timestamp{} with time zone',
  time: 'time{} without time zone',
  timetz: 'time{} with time zone',
}

/** As format_type() writes it: character varying(50), numeric(10,2), timestamp with time zone, public.mood[]. */
export function typeText(type: TypeName | undefined): string {
  const parts = strings(type?.names).filter((part) => part !== 'pg_catalog')
  const numbers = (type?.typmods ?? []).flatMap((m) =>
    'A_Const' in m && m.A_Const.ival !== undefined ? [m.A_Const.ival.ival ?? 0] : [],
  )
  const modifier = numbers.length > 0 && parts.at(-1) !== 'interval' ? `(${numbers.join(',')})` : ''
  const name = parts.join('.')
  const zoned = ZONES[name]
  const text = zoned === undefined ? `${NAMES[name] ?? name}${modifier}` : zoned.replace('{}', modifier)
  return `${text}${'[]'.repeat(type?.arrayBounds?.length ?? 0)}`
}

/**
 * What a change of a type costs: nothing · everything is written anew · nothing for the table in a session in UTC. Free are the
 * binary-coercible casts, and the length functions that PostgreSQL leaves out where the limit does not get smaller.
 */
export type TypeChange = 'free' | 'rewrite' | 'timezone'

export function typeChange(from: string, to: string): TypeChange {
  if (from === to) return 'free'
  const [old, next] = [split(from), split(to)]
  if (old.base === next.base) return widens(old, next) ? 'free' : 'rewrite'
  const unlimited = next.numbers.length === 0
  if (TEXTS.has(next.base) && (TEXTS.has(old.base) || old.base === 'xml'))
    return unlimited ? 'free' : 'rewrite'
  if (old.base === 'cidr' && next.base === 'inet') return 'free'
  const stamps = [old, next].every(({ base }) => base.startsWith('timestamp w'))
  return stamps ? 'timezone' : 'rewrite'
}

const TEXTS = new Set(['text', 'character varying'])
const PRECISE = /^(time|timestamp) with(out)? time zone$/

interface Split {
  readonly base: string
  readonly numbers: readonly number[]
}

function split(type: string): Split {
  const numbers = /\(([\d,-]+)\)/.exec(type)?.[1]?.split(',').map(Number) ?? []
  return { base: type.replace(/\([\d,-]+\)/, ''), numbers }
}

/** Whether the new limit takes whatever fitted into the old one, without looking at it. */
function widens({ base, numbers: old }: Split, { numbers: next }: Split): boolean {
  // char(1) is what char means.
  if (next.length === 0) return base !== 'character' && base !== 'bit'
  const [from, to = 0] = [old[0], next[0]]
  if (base === 'numeric') return from !== undefined && to >= from && (next[1] ?? 0) === (old[1] ?? 0)
  if (base === 'character varying' || base === 'bit varying') return from !== undefined && to >= from
  return PRECISE.test(base) && to >= (from ?? 6)
}
