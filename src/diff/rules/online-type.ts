import { ident, literal } from '../../kernel/index.ts'
import { type Column, type Constraint, type Index, memberKey, nameIn } from '../../model/index.ts'
import { labelOfKey, locksOn } from '../label.ts'
import { identityAgain, indexSettings } from '../partitions/index-settings.ts'
import { objectName } from '../partitions/names.ts'
import { membersOf, tableIn } from '../partitions/tree.ts'
import type { LockMode } from '../plan.ts'
import { renameColumnIn, renameSelf } from '../rename-text.ts'
import type { Action, DiffContext } from '../rule.ts'
import { same } from '../same.ts'
import { attributeClauses } from './column-attributes.ts'
import { commentAgain } from './comment.ts'
import { serialOf } from './identity.ts'
import { backfillSql } from './online-fill.ts'
import { isPartitionKey } from './partition-key.ts'
import { betweenEnums, changesType, rewritesRows } from './retype.ts'
import { sequenceClause } from './table-sql.ts'
import { typeChange } from './type-change.ts'

/** What reads the column is dropped and made anew in the transaction of the swap; these are not, or would have to be filled there. */
const STOPS = new Set(['statistics', 'policy', 'rule', 'trigger', 'matview', 'column'])

interface Pair {
  readonly from: Column
  readonly to: Column
}

/**
 * A type change that nobody waits for: a column beside the old one, a trigger that fills it for what is written, the rows there are in
 * batches, indexes built beside, and one transaction that reads no row and puts the new column in the place of the old one.
 */
export function changesOnline(from: Column, to: Column, context: DiffContext): boolean {
  if (context.options.onlineTypes !== true || context.isNew(to.table)) return false
  const isRewriting = changesType(from, to) && rewritesRows(from, to, context)
  return isRewriting && !betweenEnums(from, to, context) && hindrance(from, to, context) === undefined
}

/** Of one table all together: an index may have several of them. */
export function onlineColumns(table: Column['table'], context: DiffContext): readonly Pair[] {
  return membersOf(context.to, table).columns.flatMap((to) => {
    const from = context.from.objects.get(to.key)
    return from?.kind === 'column' && changesOnline(from, to, context) ? [{ from, to }] : []
  })
}

/** Why the recipe is not for it. */
function hindrance(from: Column, to: Column, context: DiffContext): string | undefined {
  const table = tableIn(context.from, to.table)
  const { objects } = context.from
  if (table === undefined || table.partitionKey !== undefined || table.partitionOf !== undefined)
    return 'the table is partitioned'
  if (table.inherits.length > 0 || isInherited(from, context)) return 'tables inherit the column'
  if (from.inherited || isPartitionKey(from, context.from) || from.generated || to.generated)
    return 'the column is generated or inherited'
  if (from.notNull && !from.notNullValid) return 'its NOT NULL is not proven'
  if (from.notNull !== to.notNull || attributeClauses(from, to).length > 0) return 'more of it changes'
  if ((from.identity === undefined) !== (to.identity === undefined)) return 'its identity comes or goes'
  if (dependsOnSession(from.type, to.type))
    return 'what the values mean depends on the TimeZone of who writes'
  if (objects.has(memberKey('column', to.table, besideName(to)))) return `${besideName(to)} is there already`
  const { triggers, constraints, indexes } = membersOf(context.from, to.table)
  if (triggers.length > 0) return 'its triggers would fire for every row'
  if ([...objects.values()].some((object) => object.kind === 'rule' && object.table === to.table))
    return 'the table has rules'
  for (const object of objects.values()) {
    const uses = object.key !== from.key && context.from.needs.get(object.key)?.has(from.key)
    if (uses && STOPS.has(object.kind)) return `${object.kind} ${labelOfKey(object.key)} uses it`
    if (object.kind === 'grant' && object.on === from.key) return 'it has grants of its own'
  }
  const own = [...constraints, ...indexes].filter(({ key }) => context.from.needs.get(key)?.has(from.key))
  const other = own.find((it) => !isKept(it, context))
  return other && `${other.kind} ${labelOfKey(other.key)} changes, too`
}

function isInherited({ table }: Column, { from }: DiffContext): boolean {
  return [...from.objects.values()].some((one) => one.kind === 'table' && one.inherits.includes(table))
}

/** timestamp and timestamptz, time and timetz: the same text is another moment elsewhere. */
function dependsOnSession(from: string, to: string): boolean {
  return from !== to && [from, to].some((type) => / with time zone/.test(type))
}

/** Foreign keys are made anew in the transaction of the swap, whatever becomes of them. */
function isKept(it: Constraint | Index, { from, to }: DiffContext): boolean {
  if (it.kind === 'constraint' && it.type === 'foreign') return true
  if (
    it.kind === 'constraint' &&
    (it.type === 'exclude' || / WITHOUT OVERLAPS| DEFERRABLE/.test(it.definition))
  )
    return false
  return same(from.objects.get(it.key), to.objects.get(it.key)) && (it.kind !== 'index' || it.valid)
}

const besideName = ({ name }: Column): string => objectName(name, undefined, '_new')

interface Online {
  readonly columns: readonly Beside[]
  readonly context: DiffContext
  readonly key: Column['table']
  /** As SQL writes it. */
  readonly table: string
  /** Of the function that the trigger calls. */
  readonly routine: string
}

/** A column and the one beside it, as SQL writes them. */
interface Beside extends Pair {
  readonly old: string
  readonly next: string
  /** What the new one gets, in a row that is written as `prefix`. */
  readonly value: (prefix: string) => string
}

/** The first of the table's columns does it for all. */
export function changeOnline(column: Column, context: DiffContext): readonly Action[] {
  const pairs = onlineColumns(column.table, context)
  if (pairs[0]?.to.key !== column.key) return []
  const { schema, name } = tableIn(context.from, column.table)!.name
  const online: Online = {
    columns: pairs.map(besideOf),
    context,
    key: column.table,
    table: nameIn(column.table),
    routine: ident(schema, objectName(name, undefined, 'gigarow_sync')),
  }
  const none = { none: 'compare the two states the other way round: the way back is a change of type, too' }
  const [lock, ...rest] = swap(online)
  const together = rest.map((action) => ({ ...action, together: true }))
  return [
    ...prepare(online),
    ...indexes(online),
    { ...lock!, swaps: pairs.map(({ to }) => to.key) },
    ...together,
    ...validations(online),
  ].map((action): Action => ({ ...action, reverse: none }))
}

function besideOf({ from, to }: Pair): Beside {
  const { using } = typeChange(from.type, to.type)
  const old = ident(to.name)
  const value = (prefix: string) => `${prefix}${old}${using ? `::${to.type}` : ''}`
  return { from, to, old, next: ident(besideName(to)), value }
}

const TRIGGER = ident('~gigarow_sync')

/** Until all rows have their values in the new columns. */
function prepare(online: Online): readonly Action[] {
  const { columns, context, key, table, routine } = online
  const added = columns.map(({ to, next }) => {
    const collate = to.collation === undefined ? '' : ` COLLATE ${to.collation}`
    return `ADD COLUMN ${next} ${to.type}${collate}`
  })
  const sets = columns.map(({ next, value }) => `NEW.${next} := ${value('NEW.')};`)
  const names = columns.map(({ to }) => `${labelOfKey(to.key)} as ${to.type}`)
  return [
    {
      sql: `ALTER TABLE ${table} ${added.join(', ')}`,
      locks: on(online, 'ACCESS EXCLUSIVE'),
      comment: `${names.join(', ')}: a column beside, kept in step by a trigger, filled in batches, then put in its place`,
    },
    {
      sql: `CREATE FUNCTION ${routine}() RETURNS trigger LANGUAGE plpgsql AS ${literal(`BEGIN ${sets.join(' ')} RETURN NEW; END`).trim()}`,
    },
    {
      sql: `CREATE TRIGGER ${TRIGGER} BEFORE INSERT OR UPDATE ON ${table} FOR EACH ROW EXECUTE FUNCTION ${routine}()`,
      locks: on(online, 'SHARE ROW EXCLUSIVE'),
    },
    {
      sql: backfillSql({
        table,
        columns: columns.map(({ old, next, value }) => ({ old, next, value: value('') })),
      }),
      runs: 'alone',
      scans: true,
      locks: locksOn(context, key, 'ROW EXCLUSIVE'),
      comment: 'in batches that are committed one by one; run again, it passes over the rows that are filled',
    },
    ...columns.filter(({ from }) => from.notNull).flatMap((column) => proveNotNull(column, online)),
  ]
}

function on({ key, context }: Online, mode: LockMode) {
  return locksOn(context, key, mode)
}

const proofName = ({ to }: Pair): string => ident(objectName(to.name, undefined, '_new_not_null'))

/** 18 has constraints for it, whose name the column keeps; before, a CHECK that is proven saves SET NOT NULL the reading. */
function proveNotNull(column: Beside, online: Online): readonly Action[] {
  const { next } = column
  const what = online.context.to.major >= 18 ? `NOT NULL ${next}` : `CHECK (${next} IS NOT NULL)`
  return [
    {
      sql: `ALTER TABLE ${online.table} ADD CONSTRAINT ${proofName(column)} ${what} NOT VALID`,
      locks: on(online, 'ACCESS EXCLUSIVE'),
    },
    validate(online, proofName(column)),
  ]
}

function validate(online: Online, name: string): Action {
  return {
    sql: `ALTER TABLE ${online.table} VALIDATE CONSTRAINT ${name}`,
    runs: 'alone',
    scans: true,
    locks: on(online, 'SHARE UPDATE EXCLUSIVE'),
  }
}

/** Of any of the columns. A key's index needs its constraint, which needs the column. */
function indexesOf({ columns, key, context }: Online): readonly Index[] {
  const uses = (object: Index['key']) =>
    columns.some(({ from }) => context.from.needs.get(object)?.has(from.key))
  return membersOf(context.to, key).indexes.filter(
    (index) => uses(index.key) || (index.constraint !== undefined && uses(index.constraint)),
  )
}

const nextName = ({ name }: Index): string => objectName(name.name, undefined, '_new')

function indexes(online: Online): readonly Action[] {
  return indexesOf(online).map((index): Action => {
    const named = renameSelf(index.definition, index.name.name, nextName(index))
    const definition = online.columns.reduce(
      (text, { to }) => renameColumnIn(text, to.name, besideName(to)),
      named,
    )
    const place = index.tablespace === undefined ? '' : ` TABLESPACE ${ident(index.tablespace)}`
    return {
      sql: `${definition.replace(/^CREATE (UNIQUE )?INDEX /, 'CREATE $1INDEX CONCURRENTLY ')}${place}`,
      runs: 'alone',
      scans: true,
      locks: on(online, 'SHARE UPDATE EXCLUSIVE'),
    }
  })
}

/** One transaction: the old columns go with their indexes and constraints, the new ones get their names and theirs. */
function swap(online: Online): readonly Action[] {
  const { columns, context, table, routine } = online
  const alter = (what: string): Action => ({
    sql: `ALTER TABLE ${table} ${what}`,
    locks: on(online, 'ACCESS EXCLUSIVE'),
  })
  const each = (what: (column: Beside) => readonly string[]) => {
    const parts = columns.flatMap(what)
    return parts.length === 0 ? [] : [alter(parts.join(', '))]
  }
  const notNull = columns.filter(({ from }) => from.notNull)
  const isNamed = context.to.major >= 18
  const proven = isNamed ? [] : notNull
  return [
    {
      ...alter(''),
      sql: `LOCK TABLE ${table} IN ACCESS EXCLUSIVE MODE`,
      comment: 'reads no row: the new columns take the places of the old ones',
    },
    { sql: `DROP TRIGGER ${TRIGGER} ON ${table}` },
    { sql: `DROP FUNCTION ${routine}()` },
    ...proven.map(({ next }) => alter(`ALTER COLUMN ${next} SET NOT NULL`)),
    ...proven.map((column) => alter(`DROP CONSTRAINT ${proofName(column)}`)),
    ...columns.flatMap((column) => numbers(column, online)),
    ...each(({ old }) => [`DROP COLUMN ${old}`]),
    ...columns.map(({ old, next }) => alter(`RENAME COLUMN ${next} TO ${old}`)),
    ...(isNamed ? notNull : []).map((column) =>
      alter(`RENAME CONSTRAINT ${proofName(column)} TO ${ident(notNullName(column, online))}`),
    ),
    ...columns.flatMap(({ to }) => (to.identity ? [alterSequence(to, context)] : [])),
    ...each(({ old, to }) =>
      to.default === undefined ? [] : [`ALTER COLUMN ${old} SET DEFAULT ${to.default}`],
    ),
    ...each(({ to }) => attributeClauses(undefined, to)),
    ...keysAgain(online),
    ...checksOf(online).flatMap((check) => [
      alter(
        `ADD CONSTRAINT ${ident(check.name)} ${check.definition}${isEnforced(check) ? ' NOT VALID' : ''}`,
      ),
      ...commentAgain(check.key, context),
    ]),
    ...columns
      .flatMap(({ to }) => commentAgain(to.key, context))
      .map((action) => ({ ...action, locks: on(online, 'SHARE UPDATE EXCLUSIVE') })),
  ]
}

const isEnforced = ({ definition }: Constraint): boolean => !/ NOT ENFORCED$/.test(definition)

function notNullName({ from, to }: Pair, { key, context }: Online): string {
  return from.notNullName ?? objectName(tableIn(context.to, key)!.name.name, to.name, 'not_null')
}

/** The sequence of a serial changes hands; an identity's goes with the column, and its successor goes on from where it stood. */
function numbers({ from, to, next }: Beside, online: Online): readonly Action[] {
  const { table, context } = online
  const serial = serialOf(from, context.from)
  if (serial) return [{ sql: `ALTER SEQUENCE ${nameIn(serial.key)} OWNED BY ${table}.${next}` }]
  if (to.identity === undefined) return []
  const { always, options } = to.identity
  const sequence = (name: string) => `pg_get_serial_sequence(${literal(table)}, ${literal(name)})`
  return [
    {
      sql: `ALTER TABLE ${table} ALTER COLUMN ${next} ADD GENERATED ${always ? 'ALWAYS' : 'BY DEFAULT'} AS IDENTITY${sequenceClause(options)}`,
      locks: on(online, 'ACCESS EXCLUSIVE'),
    },
    {
      sql: `SELECT setval(${sequence(besideName(to))}, n) FROM (SELECT pg_sequence_last_value(${sequence(to.name)}::regclass)) AS s (n) WHERE n IS NOT NULL`,
    },
  ]
}

/** The server has named it after the column beside. */
function alterSequence({ table, name }: Column, context: DiffContext): Action {
  const { name: of } = tableIn(context.to, table)!
  const [made, wanted] = [objectName(name, undefined, '_new'), name].map((one) =>
    objectName(of.name, one, 'seq'),
  )
  return { sql: `ALTER SEQUENCE ${ident(of.schema, made!)} RENAME TO ${ident(wanted!)}` }
}

function keysAgain(online: Online): readonly Action[] {
  const { context, table } = online
  return indexesOf(online).flatMap((index): readonly Action[] => {
    const owner = index.constraint && context.to.objects.get(index.constraint)
    const { schema } = index.name
    const place =
      owner?.kind === 'constraint'
        ? {
            sql: `ALTER TABLE ${table} ADD CONSTRAINT ${ident(owner.name)} ${owner.type === 'primary' ? 'PRIMARY KEY' : 'UNIQUE'} USING INDEX ${ident(nextName(index))}`,
            locks: on(online, 'ACCESS EXCLUSIVE'),
          }
        : { sql: `ALTER INDEX ${ident(schema, nextName(index))} RENAME TO ${ident(index.name.name)}` }
    const comments = [index.key, ...(index.constraint ? [index.constraint] : [])]
    return [
      place,
      ...identityAgain(index, context),
      ...indexSettings(undefined, index, context),
      ...comments.flatMap((key) => commentAgain(key, context)),
    ]
  })
}

function checksOf({ columns, key, context }: Online): readonly Constraint[] {
  return membersOf(context.to, key).constraints.filter(
    (it) => it.type === 'check' && columns.some(({ from }) => context.from.needs.get(it.key)?.has(from.key)),
  )
}

/** New rows are checked from the swap on; the old ones were under the old type. */
function validations(online: Online): readonly Action[] {
  return checksOf(online)
    .filter((check) => check.validated && isEnforced(check))
    .map(({ name }) => ({ ...validate(online, ident(name)), proves: true }))
}
