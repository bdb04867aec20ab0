import { literal } from '../../src/kernel/index.ts'
import type { SeedColumn } from './seed-tables.ts'

const HASH_VALUES = 24

/** The n-th value of a column as SQL, another for every n; NULL now and then where it may be. */
export function plainValue(column: SeedColumn, n: number): string {
  if (column.nullable && n % 5 === 0) return 'null'
  const text = textOf(column, n)
  if (text === undefined) return 'null'
  return `${literal(column.isArray ? `{${JSON.stringify(text)}}` : text)}::${column.type}`
}

function textOf({ base, labels }: SeedColumn, n: number): string | undefined {
  if (labels) return labels[n % labels.length]
  const day = new Date(Date.UTC(2025, 0, 1) + n * 86_400_000).toISOString()
  switch (base) {
    case 'bool':
      return n % 2 === 0 ? 'true' : 'false'
    case 'date':
      return day.slice(0, 10)
    case 'timestamp':
    case 'timestamptz':
      return day
    case 'time':
    case 'timetz':
      return `${String(n % 24).padStart(2, '0')}:${String(Math.floor(n / 24) % 60).padStart(2, '0')}`
    case 'interval':
      return `${n} minutes`
    case 'uuid':
      return `00000000-0000-4000-8000-${String(n).padStart(12, '0')}`
    case 'json':
    case 'jsonb':
      return `{"n": ${n}, "tags": ["a", "b${n}"]}`
    case 'bytea':
      return `\\x${n.toString(16).padStart(8, '0')}`
    case 'inet':
    case 'cidr':
      return `10.0.${Math.floor(n / 250)}.${n % 250}`
    case 'int4range':
    case 'int8range':
    case 'numrange':
      return `[${n * 10},${n * 10 + 5})`
    case 'daterange':
    case 'tsrange':
    case 'tstzrange':
      return `[${day.slice(0, 10)},${new Date(Date.parse(day) + 86_400_000).toISOString().slice(0, 10)})`
    case 'point':
      return `(${n},${n})`
    case 'bit':
    case 'varbit':
      return n.toString(2)
    default:
      return /^(int\d|numeric|float\d|oid|money)$/.test(base) ? String(n) : base === 'char' ? 'x' : `v${n}`
  }
}

/** Values of a key column in and around all bounds, as SQL; whatever does not fit its type fails and is left out. */
export function keyValues(column: SeedColumn, bounds: readonly string[]): readonly string[] {
  const many = column.hash ? HASH_VALUES : 3
  const plain = Array.from({ length: many }, (_, at) => plainValue({ ...column, nullable: false }, at + 1))
  const found = [...new Set(bounds.flatMap(literalsOf))].flatMap((text) => around(column, text))
  const nulls = column.nullable ? ['null'] : []
  return [...new Set([...found, ...nulls, ...plain])]
}

function literalsOf(bound: string): readonly string[] {
  if (bound.includes('modulus')) return []
  return [...bound.matchAll(/'((?:[^']|'')*)'|(-?\d+(?:\.\d+)?)|\b(true|false)\b/g)].map(
    ([, quoted, number, word]) => quoted?.replaceAll("''", "'") ?? number ?? word ?? '',
  )
}

function around({ type, base, labels }: SeedColumn, text: string): readonly string[] {
  const value = `${literal(text)}::${type}`
  if (labels) return labels.includes(text) ? [value] : []
  if (/^(int\d|numeric|float\d)$/.test(base))
    return /^-?[\d.]+$/.test(text) ? [value, `${value} + 1`, `${value} - 1`] : []
  if (/^(date|timestamp|timestamptz)$/.test(base)) {
    if (!/^\d{4}-/.test(text)) return []
    return [value, `(${value} + interval '26 hours')::${type}`, `(${value} - interval '26 hours')::${type}`]
  }
  if (base === 'bool') return /^(true|false|t|f)$/.test(text) ? [value] : []
  if (/^(text|varchar|bpchar|name)$/.test(base)) return [value, `${literal(`${text}a`)}::${type}`]
  return base === 'uuid' && text.length === 36 ? [value] : []
}
