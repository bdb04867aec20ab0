import { ident, plainIdent } from '../../kernel/index.ts'
import { type Column, nameIn } from '../../model/index.ts'
import { type ActionHazard, planHazard } from '../hazards.ts'
import { labelOfKey, locksOn } from '../label.ts'
import { locksOnTree } from '../partitions/locks.ts'
import type { Action, DiffContext, Rule } from '../rule.ts'
import { alterColumn, isRewritten } from './column-alter.ts'
import { attributeClauses } from './column-attributes.ts'
import { setNotNull } from './not-null.ts'
import { changesOnline, onlineColumns } from './online-possible.ts'
import { changesType } from './retype.ts'
import { columnSql, setDefault } from './table-sql.ts'
import { columnLocks } from './type-locks.ts'
import { isVolatile } from './volatile.ts'

export const columnRule: Rule<Column> = {
  create: (column, context) => {
    // The parent's ADD COLUMN makes it.
    if (column.inherited) return []
    const { default: value } = column
    const isFilled = value !== undefined && !context.isNew(column.table) && isVolatile(value, context.to)
    const fills = isFilled && !isRewritten(column.table, context)
    return [
      ...(fills ? addAndFill(column, context) : [addColumn(column, context)]),
      ...attributes(column, context),
    ]
  },
  drop: (column, context) => [
    {
      sql: `ALTER TABLE ${nameIn(column.table)} DROP COLUMN ${ident(column.name)}`,
      locks: columnLocks(column, context),
      // What is computed can be computed again.
      hazards: column.generated ? [] : [planHazard('drop-column', factsOf(column))],
    },
  ],
  alter: alterColumn,
  displaces: (from, to, context) => {
    if (!changesType(from, to)) return []
    const whole = (type: string) => /^(smallint|integer|bigint)$/.test(type)
    // Its two sides change one after the other; only whole numbers of two sizes can be compared meanwhile.
    const isAlone = whole(from.type) && whole(to.type) && !changesOnline(from, to, context)
    const foreign = isAlone ? [] : (['foreign'] as const)
    const readers = ['view', 'matview', 'rule', 'policy', 'trigger', 'routine', 'column'] as const
    const kinds = [...readers, ...foreign]
    // The first of those that change together speaks for all.
    const along = changesOnline(from, to, context) ? onlineColumns(to.table, context) : []
    const all = [from, ...along.map((pair) => pair.from), ...childColumns(from, context)]
    return all.map(({ key }) => ({
      of: key,
      kinds,
      changed: ['constraint', 'index', 'statistics'] as const,
    }))
  },
}

const factsOf = ({ table, name }: Column) => ({ table: labelOfKey(table), column: plainIdent(name) })

/** Its like in all tables that inherit it: they change with it. */
function childColumns({ table, name }: Column, { from }: DiffContext): readonly Column[] {
  const tables = new Set([table])
  // Parents have to be known before their children: as often as a new one is found.
  for (let size = 0; size < tables.size; ) {
    size = tables.size
    for (const object of from.objects.values()) {
      if (object.kind !== 'table') continue
      const parents = [...object.inherits, ...(object.partitionOf ? [object.partitionOf.parent] : [])]
      if (parents.some((parent) => tables.has(parent))) tables.add(object.key)
    }
  }
  tables.delete(table)
  return [...from.objects.values()].flatMap((object) =>
    object.kind === 'column' && tables.has(object.table) && object.name === name ? [object] : [],
  )
}

function addColumn(column: Column, context: DiffContext): Action {
  const hazards = context.isNew(column.table) ? [] : addHazards(column, context)
  const rewrites = hazards.some(({ rule }) => rule !== 'add-required-column')
  return {
    sql: `ALTER TABLE ${nameIn(column.table)} ADD COLUMN ${columnSql(column, context)}`,
    makes: [column.key],
    locks: locksOnTree(context, column.table, 'ACCESS EXCLUSIVE'),
    hazards,
    ...(rewrites ? { rewrites: column.table, scans: true } : {}),
  }
}

function addHazards(column: Column, { to }: DiffContext): readonly ActionHazard[] {
  const facts = factsOf(column)
  const add = `ALTER TABLE ${facts.table} ADD COLUMN ${ident(column.name)} ${column.type}`
  if (column.identity)
    return [planHazard('add-serial-column', { ...facts, sql: `${add}; and number old rows in batches` })]
  if (column.generated?.kind === 'virtual') return []
  if (column.generated) {
    const sql = `${add} GENERATED ALWAYS AS (${column.generated.expression}) VIRTUAL`
    return [planHazard('stored-generated-column', { ...facts, sql }, { variant: String(to.major) })]
  }
  if (column.default !== undefined && isVolatile(column.default, to)) {
    const kind = `Adding ${column.name} with another value for each row`
    return [planHazard('rewrite-table', { table: facts.table, kind })]
  }
  if (column.notNull && column.default === undefined)
    return [planHazard('add-required-column', { ...facts, sql: `${add} NOT NULL DEFAULT …` })]
  const domain = [...(to.needs.get(column.key) ?? [])].map((key) => to.objects.get(key))
  return domain.some((object) => object?.kind === 'domain' && (object.notNull || object.checks.length > 0))
    ? [
        planHazard('rewrite-table', {
          table: facts.table,
          kind: `Adding ${column.name} of a domain with a rule`,
        }),
      ]
    : []
}

/** Empty first, so that nothing is written under the lock; old rows then get their values while others go on. */
function addAndFill(column: Column, context: DiffContext): readonly Action[] {
  const bare: Column = { ...column, default: undefined, notNull: false }
  const c = ident(column.name)
  const sql = `UPDATE ${nameIn(column.table)} SET ${c} = DEFAULT WHERE ${c} IS NULL`
  const batches = `${sql} AND … BETWEEN … AND …, in batches of their own transactions`
  return [
    addColumn(bare, context),
    setDefault(column, context),
    {
      sql,
      runs: 'alone',
      scans: true,
      locks: locksOnTree(context, column.table, 'ROW EXCLUSIVE'),
      hazards: [planHazard('unbounded-change', { table: labelOfKey(column.table), sql: batches })],
      reverse: { sql: [] },
    },
    ...(column.notNull ? setNotNull(bare, column, context) : []),
  ]
}

function attributes(column: Column, context: DiffContext): readonly Action[] {
  const clauses = attributeClauses(undefined, column)
  if (clauses.length === 0) return []
  return [
    {
      sql: `ALTER TABLE ${nameIn(column.table)} ${clauses.join(', ')}`,
      locks: locksOn(context, column.table, 'ACCESS EXCLUSIVE'),
    },
  ]
}
