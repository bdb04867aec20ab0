import type { PlanStatement } from '../../diff/index.ts'
import { addTo, ident } from '../../kernel/index.ts'
import {
  type Catalog,
  type Column,
  type Constraint,
  nameIn,
  type ObjectKey,
  type Sequence,
} from '../../model/index.ts'
import { createsIn, type NewTables } from './new-tables.ts'

interface Sides {
  readonly from: Catalog
  readonly to: Catalog
}

/** Sequences become serial, keys and checks go into the CREATE TABLE of a table that the plan makes. */
export function foldIntoTables(
  statements: readonly PlanStatement[],
  { from, to }: Sides,
  tables: NewTables,
): readonly PlanStatement[] {
  const folding = new Folding(statements)
  const users = usersOf(to)
  const isPartOf = (column: Column, key: ObjectKey) => {
    const user = to.objects.get(key)
    return user?.kind === 'column' && user.name === column.name && tables.rootOf(user.table) === column.table
  }
  for (const object of to.objects.values()) {
    if (object.kind !== 'sequence' || from.objects.has(object.key)) continue
    const column = object.ownedBy && to.objects.get(object.ownedBy)
    if (column?.kind !== 'column' || from.objects.has(column.key)) continue
    const used = users.get(object.key) ?? []
    if (used.every((key) => isPartOf(column, key)) && isSerial(object, column, to))
      folding.sequence(object, column)
    else folding.goesWithColumn(object)
  }
  for (const object of to.objects.values()) {
    if (object.kind !== 'constraint' || object.type === 'foreign') continue
    if (tables.all.has(object.table) && tables.isOf(object.table, object.key)) folding.constraint(object)
  }
  return folding.left.filter((statement) => statement !== undefined)
}

/** The last line of a CREATE TABLE that begins with a bracket ends its columns. */
const END = '\n)'

class Folding {
  readonly left: (PlanStatement | undefined)[]
  readonly #creates: ReadonlyMap<ObjectKey, number>
  /** By their text up to the name of what they make. */
  readonly #heads = new Map<string, number>()

  constructor(statements: readonly PlanStatement[]) {
    this.left = [...statements]
    this.#creates = createsIn(statements)
    for (const [i, { sql }] of statements.entries()) {
      const head = HEAD.exec(sql)?.[0]
      if (head !== undefined) this.#heads.set(head, i)
    }
  }

  constraint(it: Constraint): void {
    const alter = `ALTER TABLE ${nameIn(it.table)} ADD `
    const at = this.#heads.get(`${alter}CONSTRAINT ${ident(it.name)}`)
    const table = this.#creates.get(it.table)
    if (at === undefined || table === undefined) return
    const text = plainChecks(this.left[at]!.sql.slice(alter.length))
    this.#edit(table, (sql) => {
      const end = sql.lastIndexOf(END)
      return `${sql.slice(0, end)},\n  ${text}${sql.slice(end)}`
    })
    this.left[at] = undefined
  }

  sequence(sequence: Sequence, column: Column): void {
    const name = nameIn(sequence.key)
    const create = this.#heads.get(`CREATE SEQUENCE ${name}`)
    const own = this.#heads.get(`ALTER SEQUENCE ${name} OWNED BY ${nameIn(column.key)}`)
    const table = this.#creates.get(column.table)
    if (create === undefined || own === undefined || table === undefined) return
    const { sql } = this.left[table]!
    const begin = `\n  ${ident(column.name)} `
    const line = `${begin}${column.type} DEFAULT ${column.default} NOT NULL`
    if (!sql.includes(`${line},\n`) && !sql.includes(`${line}\n)`)) return
    this.#edit(table, (text) => text.replace(line, () => `${begin}${SERIAL[column.type]![0]} NOT NULL`))
    this.left[create] = undefined
    this.left[own] = undefined
  }

  /** On the way back it is gone when its column is. */
  goesWithColumn({ key }: Sequence): void {
    const at = this.#heads.get(`CREATE SEQUENCE ${nameIn(key)}`)
    if (at !== undefined) this.left[at] = { ...this.left[at]!, reverse: { sql: [] } }
  }

  #edit(at: number, change: (sql: string) => string): void {
    const statement = this.left[at]!
    this.left[at] = { ...statement, sql: change(statement.sql) }
  }
}

const NAME = '(?:"(?:[^"]|"")*"\\.?)+'
const HEAD = new RegExp(
  `^(?:CREATE SEQUENCE ${NAME}|ALTER SEQUENCE ${NAME} OWNED BY ${NAME}|ALTER TABLE ${NAME} ADD CONSTRAINT ${NAME})`,
)

/** The server writes CHECK ((a > 0)). */
function plainChecks(text: string): string {
  return text.replace(/ CHECK \(\(([^()]*)\)\)$/, ' CHECK ($1)')
}

const SERIAL: Readonly<Record<string, readonly [type: string, max: string]>> = {
  bigint: ['bigserial', '9223372036854775807'],
  integer: ['serial', '2147483647'],
  smallint: ['smallserial', '32767'],
}

/** A sequence that is just what PostgreSQL makes for a serial column. */
function isSerial({ name, options, unlogged }: Sequence, column: Column, to: Catalog): boolean {
  const { type, start, increment, min, max, cache, cycle } = options
  const table = to.objects.get(column.table)
  if (table?.kind !== 'table' || unlogged || table.unlogged || column.type !== type) return false
  return (
    [start, increment, min, cache].every((value) => value === '1') &&
    !cycle &&
    max === SERIAL[type]?.[1] &&
    column.notNull &&
    /^nextval\('(?:[^']|'')+'::regclass\)$/.test(column.default ?? '') &&
    name.schema === table.name.schema &&
    name.name === `${table.name.name}_${column.name}_seq` &&
    Buffer.byteLength(name.name) <= 63
  )
}

/** What needs a sequence, but for rights and comments, which come later anyway. */
function usersOf({ needs }: Catalog): ReadonlyMap<ObjectKey, readonly ObjectKey[]> {
  const users = new Map<ObjectKey, ObjectKey[]>()
  for (const [user, all] of needs) {
    if (/^(grant|comment) /.test(user)) continue
    for (const need of all) {
      if (need.startsWith('sequence ')) addTo(users, need, user)
    }
  }
  return users
}
