import { literal } from '../../kernel/index.ts'
import type { Bound, Key, RangeBound, Value } from './bound.ts'

/**
 * The rows of a bound as a condition, built as the server builds its partition constraint: it then proves that a CHECK of it
 * implies the bound and attaches without reading the table. undefined for hash and default.
 */
export function boundCondition(key: Key, bound: Bound): string | undefined {
  if (bound.kind === 'range') return rangeCondition(key, bound)
  if (bound.kind === 'list') return listCondition(key.parts[0]!.sql, bound.values)
  return undefined
}

function listCondition(key: string, values: readonly Value[]): string {
  const constants = values.flatMap((value) => (value.kind === 'value' ? [constantOf(value)] : []))
  const isNull = `(${key} IS NULL)`
  if (constants.length === 0) return isNull
  const isIn = constants.length === 1 ? `(${key} = ${constants[0]})` : `(${key} IN (${constants.join(', ')}))`
  if (values.some((value) => value.kind === 'null')) return `(${isNull} OR ${isIn})`
  return `((${key} IS NOT NULL) AND ${isIn})`
}

function rangeCondition(key: Key, { from, to }: RangeBound): string {
  const parts = key.parts.map((part) => part.sql)
  const equal = equalStart(from, to)
  const rest = parts.slice(equal.length)
  return `(${[
    ...parts.map((part) => `(${part} IS NOT NULL)`),
    ...equal.map((constant, i) => `(${parts[i]} = ${constant})`),
    ...sideCondition(rest, from.slice(equal.length), { beyond: '>', last: '>=', endless: 'min' }),
    ...sideCondition(rest, to.slice(equal.length), { beyond: '<', last: '<', endless: 'max' }),
  ].join(' AND ')})`
}

/** The constants at the start that are the same below and above: the server writes them as one equality. */
function equalStart(from: readonly Value[], to: readonly Value[]): string[] {
  const other = from.findIndex((value, i) => {
    const upper = to[i]
    return value.kind !== 'value' || upper?.kind !== 'value' || value.text !== upper.text
  })
  return from.slice(0, Math.max(0, other)).map(constantOf)
}

interface Side {
  readonly beyond: string
  /** Of the last part: the lower bound is inclusive, the upper is not. */
  readonly last: string
  /** What lets everything through: MINVALUE below, MAXVALUE above. */
  readonly endless: 'min' | 'max'
}

/** (a > 1) OR (a = 1 AND b >= 2): one alternative for each part, those before it being equal. */
function sideCondition(parts: readonly string[], row: readonly Value[], side: Side): string[] {
  const open = row.findIndex((value) => value.kind !== 'value')
  const isEndless = open !== -1 && row[open]!.kind === side.endless
  const constants = row.slice(0, open === -1 ? row.length : open).map(constantOf)
  const last = open === -1 ? side.last : isEndless ? `${side.beyond}=` : side.beyond
  const alternatives = constants.map((constant, i) => {
    const operator = i === constants.length - 1 ? last : side.beyond
    const equal = constants.slice(0, i).map((before, j) => `(${parts[j]} = ${before})`)
    return [...equal, `(${parts[i]} ${operator} ${constant})`].join(' AND ')
  })
  if (alternatives.length === 0) return isEndless ? [] : ['false']
  if (alternatives.length === 1) return [...alternatives]
  return [`(${alternatives.map((text) => `(${text})`).join(' OR ')})`]
}

function constantOf(value: Value): string {
  // E'…' begins with a space that only matters behind a word.
  return value.kind === 'value' ? literal(value.text).trim() : ''
}
