import { ident, literal } from '../../kernel/index.ts'
import { type Column, type Constraint, type Index, nameIn } from '../../model/index.ts'
import { labelOfKey, locksOn } from '../label.ts'
import { identityAgain, indexSettings } from '../partitions/index-settings.ts'
import { objectName } from '../partitions/names.ts'
import { membersOf, tableIn } from '../partitions/tree.ts'
import type { LockMode } from '../plan.ts'
import { renameColumnIn, renameSelf } from '../rename-text.ts'
import type { Action, DiffContext } from '../rule.ts'
import { attributeClauses } from './column-attributes.ts'
import { commentAgain } from './comment.ts'
import { serialOf } from './identity.ts'
import {
  type Beside,
  besideName,
  besideOf,
  nextName,
  type Pair,
  proofName,
  SYNC_TRIGGER,
  syncBody,
  syncName,
} from './online-beside.ts'
import { backfillSql } from './online-fill.ts'
import { onlineColumns } from './online-possible.ts'
import { clearRest, type OnlineRest, restFor } from './online-rest.ts'
import { sequenceClause } from './table-sql.ts'

interface Online {
  readonly columns: readonly Beside[]
  readonly context: DiffContext
  readonly key: Column['table']
  /** As SQL writes it. */
  readonly table: string
  /** Of the function that the trigger calls. */
  readonly routine: string
  /** What an interrupted run has done of it. */
  readonly rest: OnlineRest | undefined
}

/**
 * A type change that nobody waits for: a column beside the old one, a trigger that fills it for what is written, the rows there are in
 * batches, indexes built beside, and one transaction that reads no row and puts the new column in the place of the old one. The first
 * of the table's columns does it for all.
 */
export function changeOnline(column: Column, context: DiffContext): readonly Action[] {
  const pairs = onlineColumns(column.table, context)
  if (pairs[0]?.to.key !== column.key) return []
  const table = tableIn(context.from, column.table)!
  const online: Online = {
    columns: pairs.map(besideOf),
    context,
    key: column.table,
    table: nameIn(column.table),
    routine: ident(table.name.schema, syncName(table)),
    rest: restFor(column.table, pairs, context),
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

const TRIGGER = ident(SYNC_TRIGGER)

/** Until all rows have their values in the new columns. */
function prepare(online: Online): readonly Action[] {
  const { columns, context, key, table, rest } = online
  return [
    ...(rest ? [] : begin(online)),
    {
      sql: backfillSql({
        table,
        columns: columns.map(({ old, next, value }) => ({ old, next, value: value('') })),
      }),
      runs: 'alone',
      scans: true,
      locks: locksOn(context, key, 'ROW EXCLUSIVE'),
      comment: rest
        ? `${saidOf(columns)}: goes on where an interrupted run has stopped, and passes over the rows that are filled`
        : 'in batches that are committed one by one; run again, it passes over the rows that are filled',
    },
    ...columns.filter(({ from }) => from.notNull).flatMap((column) => proveNotNull(column, online)),
  ]
}

function begin(online: Online): readonly Action[] {
  const { columns, table, routine } = online
  const added = columns.map(({ to, next }) => {
    const collate = to.collation === undefined ? '' : ` COLLATE ${to.collation}`
    return `ADD COLUMN ${next} ${to.type}${collate}`
  })
  return [
    {
      sql: `ALTER TABLE ${table} ${added.join(', ')}`,
      locks: on(online, 'ACCESS EXCLUSIVE'),
      comment: `${saidOf(columns)}: a column beside, kept in step by a trigger, filled in batches, then put in its place`,
    },
    {
      sql: `CREATE FUNCTION ${routine}() RETURNS trigger LANGUAGE plpgsql AS ${literal(syncBody(columns)).trim()}`,
    },
    {
      sql: `CREATE TRIGGER ${TRIGGER} BEFORE INSERT OR UPDATE ON ${table} FOR EACH ROW EXECUTE FUNCTION ${routine}()`,
      locks: on(online, 'SHARE ROW EXCLUSIVE'),
    },
  ]
}

const saidOf = (columns: readonly Beside[]): string =>
  columns.map(({ to }) => `${labelOfKey(to.key)} as ${to.type}`).join(', ')

function on({ key, context }: Online, mode: LockMode) {
  return locksOn(context, key, mode)
}

/** 18 has constraints for it, whose name the column keeps; before, a CHECK that is proven saves SET NOT NULL the reading. */
function proveNotNull(column: Beside, online: Online): readonly Action[] {
  const name = ident(proofName(column))
  const what =
    online.context.to.major >= 18 ? `NOT NULL ${column.next}` : `CHECK (${column.next} IS NOT NULL)`
  const done = provenOf(column, online.rest)
  const add: Action = {
    sql: `ALTER TABLE ${online.table} ADD CONSTRAINT ${name} ${what} NOT VALID`,
    locks: on(online, 'ACCESS EXCLUSIVE'),
  }
  return done === 'valid' ? [] : [...(done === 'added' ? [] : [add]), validate(online, name)]
}

function provenOf(column: Beside, rest: OnlineRest | undefined): 'nothing' | 'added' | 'valid' {
  const check = rest?.constraints.find(({ name }) => name === proofName(column))
  const beside = rest?.columns.find(({ name }) => name === besideName(column.to))
  if (check) return check.validated ? 'valid' : 'added'
  if (!beside?.notNull) return 'nothing'
  return beside.notNullValid ? 'valid' : 'added'
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

function indexes(online: Online): readonly Action[] {
  return indexesOf(online).flatMap((index): readonly Action[] => {
    const named = renameSelf(index.definition, index.name.name, nextName(index))
    const definition = online.columns.reduce(
      (text, { to }) => renameColumnIn(text, to.name, besideName(to)),
      named,
    )
    const place = index.tablespace === undefined ? '' : ` TABLESPACE ${ident(index.tablespace)}`
    const built: Action = {
      sql: `${definition.replace(/^CREATE (UNIQUE )?INDEX /, 'CREATE $1INDEX CONCURRENTLY ')}${place}`,
      runs: 'alone',
      scans: true,
      locks: on(online, 'SHARE UPDATE EXCLUSIVE'),
    }
    const there = online.rest?.indexes.find(({ name }) => name.name === nextName(index))
    if (there === undefined) return [built]
    const isWhole = there.valid && there.definition === definition && there.tablespace === index.tablespace
    return isWhole ? [] : [{ ...built, sql: `DROP INDEX CONCURRENTLY ${nameIn(there.key)}` }, built]
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
    ...proven.map((column) => alter(`DROP CONSTRAINT ${ident(proofName(column))}`)),
    ...columns.flatMap((column) => numbers(column, online)),
    ...each(({ old }) => [`DROP COLUMN ${old}`]),
    ...columns.map(({ old, next }) => alter(`RENAME COLUMN ${next} TO ${old}`)),
    ...(isNamed ? notNull : []).map((column) =>
      alter(`RENAME CONSTRAINT ${ident(proofName(column))} TO ${ident(notNullName(column, online))}`),
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

/** Of changes that are not wanted any more, or have become others. */
export function clearRests(context: DiffContext): readonly Action[] {
  return [...context.rests.values()].flatMap((rest) => {
    const isWanted = restFor(rest.table, onlineColumns(rest.table, context), context) !== undefined
    return isWanted ? [] : clearRest(rest)
  })
}
