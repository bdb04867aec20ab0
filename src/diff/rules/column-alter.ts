import { ident, plainIdent } from '../../kernel/index.ts'
import { type Column, nameIn, type ObjectKey } from '../../model/index.ts'
import { type ActionHazard, planHazard } from '../hazards.ts'
import { labelOfKey, locksOn } from '../label.ts'
import { parentColumns } from '../needs.ts'
import { locksOnTree } from '../partitions/locks.ts'
import { membersOf } from '../partitions/tree.ts'
import type { Refusal } from '../plan.ts'
import type { Action, DiffContext, Rule } from '../rule.ts'
import { attributeClauses } from './column-attributes.ts'
import { addIdentity, alterIdentity, dropIdentity } from './identity.ts'
import { alterNotNull, dropNotNull, setNotNull } from './not-null.ts'
import type { Pair } from './online-beside.ts'
import { changesOnline, onlineColumns, whyNotOnline } from './online-possible.ts'
import { changeOnline } from './online-type.ts'
import { isPartitionKey } from './partition-key.ts'
import { betweenEnums, changesType, rewritesRows } from './retype.ts'
import { positionOfDefault } from './sequence-position.ts'
import { setDefault } from './table-sql.ts'
import { typeChange } from './type-change.ts'
import { columnLocks } from './type-locks.ts'

type Answer = ReturnType<Rule<Column>['alter']>

export function alterColumn(original: Column, to: Column, context: DiffContext): Answer {
  const from = afterParent(original, to, context)
  const generated = alterGenerated(from, to, context)
  if (generated === 'replace' || 'refused' in generated) return generated
  const type = alterType(from, to, context)
  if ('refused' in type) return type
  return [...generated, ...inOrder(from, to, { type, context }), ...alterAttributes(from, to, context)]
}

interface Typed {
  readonly type: readonly Action[]
  readonly context: DiffContext
}

/** At no moment is there a column without the default or the identity that new rows take their value from. */
function inOrder(from: Column, to: Column, { type, context }: Typed): readonly Action[] {
  const known = from.notNull && (from.notNullValid || !to.notNullValid)
  const set = to.notNull && !known ? setNotNull(from, to, context) : []
  const unset = from.notNull && !to.notNull ? dropNotNull(to, context) : []
  const value = alterDefault(from, to, context)
  const loses = from.identity && !to.identity ? dropIdentity(from, to, context) : []
  const gains = to.identity && !from.identity ? addIdentity(from, to, context) : []
  const typed = [...type, ...value]
  const numbered = typed.length === 0 ? [] : [...typed, ...positionOfDefault(from, to, context)]
  const first = gains.length > 0 ? [...set, ...numbered] : [...loses, ...numbered, ...set]
  return [
    ...first,
    ...unset,
    ...alterNotNull(from, to, context),
    ...gains,
    ...alterIdentity(from, to, context),
  ]
}

/** What the changes of the tables above have made of it already, the topmost first. */
function afterParent(from: Column, to: Column, context: DiffContext): Column {
  let column = from
  for (const parent of columnsAbove(to, context)) {
    const [before, after] = [context.from.objects.get(parent.key), parent]
    if (before?.kind !== 'column') continue
    column = { ...column, ...inheritedChanges(afterParent(before, after, context), after) }
  }
  return column
}

/** Those that it comes from at any depth: what a table's change does reaches all below it. */
function columnsAbove(to: Column, context: DiffContext): readonly Column[] {
  return parentColumns(to, context.to).flatMap((key) => {
    const parent = context.to.objects.get(key)
    return parent?.kind === 'column' ? [...columnsAbove(parent, context), parent] : []
  })
}

/** ALTER COLUMN … SET (…) and SET COMPRESSION are the table's own. */
function inheritedChanges(before: Column, after: Column): Partial<Column> {
  return {
    ...(changesType(before, after) ? { type: after.type, collation: after.collation } : {}),
    ...(before.default === after.default ? {} : { default: after.default }),
    ...inheritedNotNull(before, after),
    ...(before.storage === after.storage ? {} : { storage: after.storage }),
    ...(before.statistics === after.statistics ? {} : { statistics: after.statistics }),
    ...(JSON.stringify(before.generated) === JSON.stringify(after.generated)
      ? {}
      : { generated: after.generated }),
    ...(JSON.stringify(before.identity) === JSON.stringify(after.identity)
      ? {}
      : { identity: after.identity }),
  }
}

/** NO INHERIT (18): what heirs have stays theirs. */
function inheritedNotNull(before: Column, after: Column): Partial<Column> {
  const [was, is] = [before, after].map((column) => column.notNull && !column.notNullNoInherit)
  const isSame = was === is && (!is || before.notNullValid === after.notNullValid)
  if (isSame || (!is && after.notNull)) return {}
  return { notNull: after.notNull, notNullValid: after.notNullValid }
}

function alterGenerated(
  from: Column,
  to: Column,
  context: DiffContext,
): readonly Action[] | 'replace' | { readonly refused: Refusal } {
  const [before, after] = [from.generated, to.generated]
  if (before === undefined && after === undefined) return []
  const column = labelOfKey(to.key)
  if (before === undefined)
    return {
      refused: {
        reason: `${column} becomes a generated column, and its present values would be gone`,
        wayOut: `add the generated column under another name, and drop ${column} when its values are no longer needed`,
      },
    }
  const strong = locksOnTree(context, to.table, 'ACCESS EXCLUSIVE')
  const alter = `ALTER TABLE ${nameIn(to.table)} ALTER COLUMN ${ident(to.name)}`
  if (after === undefined) {
    if (before.kind === 'stored') {
      const none = { none: 'a plain column cannot be made a generated one' }
      return [{ sql: `${alter} DROP EXPRESSION`, locks: strong, reverse: none }]
    }
    return {
      refused: {
        reason: `${column} is computed when it is read and shall become a plain column, but its values are not stored`,
        wayOut: `add a plain column under another name, fill it in batches from ${column}, then drop ${column} and rename the new one`,
      },
    }
  }
  if (before.kind !== after.kind || changesType(from, to)) return 'replace'
  if (before.expression === after.expression) return []
  if (context.to.major < 17) return 'replace'
  const stored = after.kind === 'stored' && !context.isNew(to.table)
  const kind = `A new expression of ${to.name}`
  return [
    {
      sql: `${alter} SET EXPRESSION AS (${after.expression})`,
      locks: strong,
      ...(stored ? { rewrites: to.table, scans: true } : {}),
      hazards: stored ? [planHazard('rewrite-table', { table: labelOfKey(to.table), kind })] : [],
    },
  ]
}

function alterType(
  from: Column,
  to: Column,
  context: DiffContext,
): readonly Action[] | { readonly refused: Refusal } {
  if (!changesType(from, to) || to.generated) return []
  const { cost, using, lossy } = typeChange(from.type, to.type)
  const refused = refusal(from, to, { impossible: cost === 'impossible', context })
  if (refused) return { refused }
  const enums = betweenEnums(from, to, context)
  const rewrites = rewritesRows(from, to, context)
  if (changesOnline(from, to, context)) {
    // The first of a table's columns speaks for all.
    const lost = onlineColumns(to.table, context).flatMap(lossOf)
    return changeOnline(to, context).map((action, i) => (i === 0 ? { ...action, hazards: lost } : action))
  }
  const c = `ALTER COLUMN ${ident(to.name)}`
  const collate = to.collation === undefined ? '' : ` COLLATE ${to.collation}`
  const cast = enums ? `${ident(to.name)}::text::${to.type}` : `${ident(to.name)}::${to.type}`
  const parts = [
    ...(from.default === undefined ? [] : [`${c} DROP DEFAULT`]),
    `${c} TYPE ${to.type}${collate}${using || enums ? ` USING ${cast}` : ''}`,
    ...(to.default === undefined ? [] : [`${c} SET DEFAULT ${to.default}`]),
  ]
  const hazards = context.isNew(to.table) || !rewrites ? [] : typeHazards(from, to, context)
  return [
    {
      sql: `ALTER TABLE ${nameIn(to.table)} ${parts.join(', ')}`,
      locks: columnLocks(to, context),
      ...(rewrites ? { rewrites: to.table, scans: true } : {}),
      hazards,
      ...(lossy ? { reverse: { none: `what ${to.type} cannot hold is gone` } } : {}),
    },
  ]
}

/** A change of another column, or of the table itself, writes every row anew in any case. */
export function isRewritten(key: ObjectKey, context: DiffContext): boolean {
  const [before, after] = [context.from, context.to].map(({ objects }) => objects.get(key))
  if (before?.kind !== 'table' || after?.kind !== 'table' || context.isGone(key)) return false
  if (before.unlogged !== after.unlogged || before.accessMethod !== after.accessMethod) return true
  return membersOf(context.to, key).columns.some((to) => {
    const from = context.from.objects.get(to.key)
    if (from?.kind !== 'column' || context.isGone(to.key) || to.generated) return false
    return changesType(from, to) && rewritesRows(from, to, context) && !changesOnline(from, to, context)
  })
}

function typeHazards(from: Column, to: Column, context: DiffContext): readonly ActionHazard[] {
  const changes = planHazard('change-type', {
    table: labelOfKey(to.table),
    column: plainIdent(to.name),
    old: from.type,
    new: to.type,
    sql: insteadOf(from, to, context),
  })
  return [changes, ...lossOf({ from, to })]
}

function lossOf({ from, to }: Pair): readonly ActionHazard[] {
  const facts = { table: labelOfKey(to.table), column: plainIdent(to.name), type: to.type }
  return typeChange(from.type, to.type).lossy ? [planHazard('type-loses-digits', facts)] : []
}

/** The way out, or why the short one is none. */
function insteadOf(from: Column, to: Column, context: DiffContext): string {
  const why = whyNotOnline(from, to, context)
  if (why === undefined)
    return '--online-types: a column beside the old one, filled in batches, takes its place, and nobody waits for more than a moment.'
  const byHand = `ADD COLUMN ${plainIdent(`${to.name}_new`)} ${to.type}, a trigger that fills it for new rows, old ones in batches, then swap the two`
  return `${byHand}. --online-types does not do that here: ${why}.`
}

interface Circumstances {
  readonly impossible: boolean
  readonly context: DiffContext
}

function refusal(from: Column, to: Column, { impossible, context }: Circumstances): Refusal | undefined {
  const column = labelOfKey(to.key)
  const what = `${column} changes its type from ${from.type} to ${to.type}`
  if (isPartitionKey(from, context.from))
    return {
      reason: `${what}, and ${labelOfKey(to.table)} is partitioned by it: PostgreSQL cannot change the type of a partition key`,
      wayOut: 'make a new partitioned table and move the rows over',
    }
  if (!impossible) return undefined
  return {
    reason: `${what}, and PostgreSQL knows no way from the one to the other`,
    wayOut: `add a column of the new type, fill it in batches, and drop ${column} when it is no longer needed`,
  }
}

function alterDefault(from: Column, to: Column, context: DiffContext): readonly Action[] {
  // With its type it has changed already.
  if (from.default === to.default || (changesType(from, to) && !to.generated)) return []
  if (to.default !== undefined) return [setDefault(to, context, from)]
  const alter = `ALTER TABLE ${nameIn(to.table)} ALTER COLUMN ${ident(to.name)}`
  return [
    {
      sql: `${alter} DROP DEFAULT`,
      locks: locksOnTree(context, to.table, 'ACCESS EXCLUSIVE'),
      reverse: { sql: [`${alter} SET DEFAULT ${from.default}`] },
    },
  ]
}

function alterAttributes(from: Column, to: Column, context: DiffContext): readonly Action[] {
  const clauses = attributeClauses(from, to)
  if (clauses.length === 0) return []
  const light = clauses.every((clause) => !/ SET (STORAGE|COMPRESSION) /.test(clause))
  const isInherited = clauses.some((clause) => / SET (STORAGE|STATISTICS) /.test(clause))
  return [
    {
      sql: `ALTER TABLE ${nameIn(to.table)} ${clauses.join(', ')}`,
      // Compression and parameters are each table's own.
      locks: (isInherited ? locksOnTree : locksOn)(
        context,
        to.table,
        light ? 'SHARE UPDATE EXCLUSIVE' : 'ACCESS EXCLUSIVE',
      ),
    },
  ]
}
