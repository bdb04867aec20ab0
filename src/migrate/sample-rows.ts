import type { ReservedSql } from '../db/index.ts'
import { addTo, ident, literal } from '../kernel/index.ts'
import { type Catalog, type Column, nameIn, type ObjectKey, objectKey, type Table } from '../model/index.ts'

/** Rows of a leaf or plain table; a hash parent takes more, so that most of its partitions get some. */
const ROWS = 2
const HASH_ROWS = 48
/** Made-up values that a check or a default partition refuses get another chance far away. */
const SHIFTS = [0, 1000, 500_000]

/**
 * Puts a few rows into every table where made-up values can be: for a proof that none is lost. The same number stands in
 * every column of a row, so that foreign keys find their rows. Returns the tables that stay empty.
 */
export async function sampleRows(
  session: ReservedSql,
  catalog: Catalog,
  skip: ReadonlySet<string>,
): Promise<readonly string[]> {
  const columns = columnsByTable(catalog)
  let open = targetsIn(catalog).filter((table) => !skip.has(nameIn(table.key)))
  // A table that points at another one gets its rows after that.
  for (let before = -1; open.length !== before; ) {
    before = open.length
    const left: Table[] = []
    for (const table of open) {
      const filled = await fill(session, { catalog, table, columns: columns.get(table.key) ?? [] })
      if (!filled) left.push(table)
    }
    open = left
  }
  return open.map(({ key }) => nameIn(key))
}

function columnsByTable({ objects }: Catalog): ReadonlyMap<ObjectKey, readonly Column[]> {
  const found = new Map<ObjectKey, Column[]>()
  for (const object of objects.values()) {
    if (object.kind === 'column') addTo(found, object.table, object)
  }
  return found
}

/** Tables that rows are sent to: plain ones, leaves, and the topmost of those that are cut by hash. */
function targetsIn(catalog: Catalog): readonly Table[] {
  const isHash = (table: Table) => table.partitionKey?.startsWith('HASH') === true
  return [...catalog.objects.values()].filter(
    (object): object is Table =>
      object.kind === 'table' &&
      (object.partitionKey === undefined || isHash(object)) &&
      !ancestors(catalog, object).some(isHash),
  )
}

function ancestors({ objects }: Catalog, table: Table): readonly Table[] {
  const parent = table.partitionOf && objects.get(table.partitionOf.parent)
  return parent?.kind === 'table' ? [parent, ...ancestors({ objects } as Catalog, parent)] : []
}

interface Filling {
  readonly catalog: Catalog
  readonly table: Table
  readonly columns: readonly Column[]
}

async function fill(session: ReservedSql, { catalog, table, columns }: Filling): Promise<boolean> {
  const pinned = pinsOf(catalog, table)
  const written = columns.filter((c) => c.generated === undefined && c.identity?.always !== true)
  const count = table.partitionKey === undefined ? ROWS : HASH_ROWS
  for (const shift of SHIFTS) {
    const rows = Array.from({ length: count }, (_, i) =>
      written.map((c) => pinned.get(c.name) ?? constantOf(c.type, i + 1 + shift, catalog)).join(', '),
    )
    const names = written.map((c) => ident(c.name)).join(', ')
    const values = written.length === 0 ? 'default values' : `(${names}) values (${rows.join('), (')})`
    const done = await session
      .unsafe(`insert into ${nameIn(table.key)} ${values} on conflict do nothing`)
      .then(
        () => true,
        () => false,
      )
    if (done) return true
  }
  return false
}

/** What the bounds on the way up ask of the key columns, as SQL. */
function pinsOf(catalog: Catalog, table: Table): ReadonlyMap<string, string> {
  const pins = new Map<string, string>()
  for (const [i, parent] of ancestors(catalog, table).entries()) {
    const child = i === 0 ? table : ancestors(catalog, table)[i - 1]!
    const key = /^\w+ \((.*)\)$/s.exec(parent.partitionKey ?? '')?.[1]
    const names = splitTop(key ?? '').map(columnName)
    const values = boundValues(child.partitionOf?.bound ?? '')
    for (const [at, name] of names.entries()) {
      const value = values?.[at]
      if (name !== undefined && value !== undefined && !pins.has(name)) pins.set(name, value)
    }
  }
  return pins
}

function columnName(part: string): string | undefined {
  const name = /^("(?:[^"]|"")+"|[\w$]+)(?=\s|$)/.exec(part)?.[1]
  return name?.startsWith('"') ? name.slice(1, -1).replaceAll('""', '"') : name
}

/** A row that the bound holds; undefined where that cannot be read off it (DEFAULT, hash). */
function boundValues(bound: string): readonly (string | undefined)[] | undefined {
  const list = /^FOR VALUES IN \((.*)\)$/s.exec(bound)?.[1]
  if (list !== undefined) return splitTop(list).slice(0, 1)
  const range = /^FOR VALUES FROM \((.*)\) TO \((.*)\)$/s.exec(bound)
  if (!range) return undefined
  const to = splitTop(range[2]!)
  return splitTop(range[1]!).map((value, i) => (value === 'MINVALUE' ? below(to[i]) : value))
}

/** Something under an upper bound. */
function below(to: string | undefined): string | undefined {
  if (to === undefined || to === 'MAXVALUE' || to === 'MINVALUE') return undefined
  if (/^'?-?\d+(\.\d+)?'?$/.test(to)) return `${Number(to.replaceAll("'", '')) - 1}`
  return /^'\d{4,}-\d\d-\d\d/.test(to) ? "'1970-01-01'" : "''"
}

/** At commas outside of quotes and brackets. */
export function splitTop(text: string): readonly string[] {
  const parts: string[] = []
  let [depth, quote, start] = [0, '', 0]
  for (const [i, char] of [...text].entries()) {
    if (quote !== '') quote = char === quote ? '' : quote
    else if (char === "'" || char === '"') quote = char
    else if (char === '(') depth++
    else if (char === ')') depth--
    else if (char === ',' && depth === 0) {
      parts.push([...text].slice(start, i).join('').trim())
      start = i + 1
    }
  }
  const last = [...text].slice(start).join('').trim()
  return last === '' ? parts : [...parts, last]
}

/** A constant of the type, the n-th; NULL where none is known. */
function constantOf(type: string, n: number, catalog: Catalog): string {
  const enumType = objectOfType('enum', type, catalog)
  if (enumType?.kind === 'enum')
    return enumType.values.length ? literal(enumType.values[n % enumType.values.length]!) : 'NULL'
  const domain = objectOfType('domain', type, catalog)
  if (domain?.kind === 'domain') return constantOf(domain.type, n, catalog)
  if (type.endsWith('[]')) return "'{}'"
  const make = MAKERS[type.replace(/\(.*\)/, '').trim()]
  return make === undefined ? 'NULL' : make(n)
}

function objectOfType(kind: 'enum' | 'domain', type: string, { objects }: Catalog) {
  const parts = [...type.matchAll(/"((?:[^"]|"")+)"|([\w$]+)/g)].map(
    ([, q, plain]) => q?.replaceAll('""', '"') ?? plain!,
  )
  const [schema, name] = parts
  return parts.length === 2 ? objects.get(objectKey(kind, { schema: schema!, name: name! })) : undefined
}

const number = (n: number) => String(n)
const text = (n: number) => literal(String(n))
const day = (n: number) => literal(new Date(Date.UTC(2025, 0, 1) + n * 86_400_000).toISOString().slice(0, 10))

const MAKERS: Readonly<Record<string, (n: number) => string>> = {
  smallint: (n) => String(n % 30_000),
  integer: number,
  bigint: number,
  numeric: number,
  real: number,
  'double precision': number,
  money: number,
  text,
  'character varying': text,
  character: text,
  name: text,
  citext: text,
  boolean: (n) => (n % 2 === 0 ? 'false' : 'true'),
  date: day,
  'timestamp without time zone': day,
  'timestamp with time zone': (n) => `${day(n).slice(0, -1)} 00:00:00+00'`,
  'time without time zone': (n) => literal(`00:00:${String(n % 60).padStart(2, '0')}`),
  'time with time zone': (n) => literal(`00:00:${String(n % 60).padStart(2, '0')}+00`),
  interval: (n) => literal(`${n} days`),
  uuid: (n) => literal(`00000000-0000-0000-0000-${String(n).padStart(12, '0')}`),
  json: (n) => literal(`{"n": ${n}}`),
  jsonb: (n) => literal(`{"n": ${n}}`),
  bytea: (n) => `decode('${n.toString(16).padStart(8, '0')}', 'hex')`,
  inet: (n) => literal(`10.0.${(n >> 8) % 256}.${n % 256}`),
  cidr: (n) => literal(`10.0.${(n >> 8) % 256}.${n % 256}/32`),
  int4range: (n) => literal(`[${n},${n + 1})`),
  int8range: (n) => literal(`[${n},${n + 1})`),
  numrange: (n) => literal(`[${n},${n + 1})`),
  daterange: (n) => `daterange(${day(n)}, ${day(n + 1)})`,
  tstzrange: (n) => `tstzrange(${day(n)}, ${day(n + 1)})`,
  tsrange: (n) => `tsrange(${day(n)}, ${day(n + 1)})`,
  point: (n) => literal(`(${n},${n})`),
  tsvector: (n) => literal(`a${n}`),
  xml: (n) => literal(`<n>${n}</n>`),
}
