import { type Column, type Constraint, type Index, memberKey, type ObjectKind } from '../../model/index.ts'
import { labelOfKey } from '../label.ts'
import { membersOf, tableIn } from '../partitions/tree.ts'
import type { DiffContext } from '../rule.ts'
import { same } from '../same.ts'
import { attributeClauses } from './column-attributes.ts'
import { besideName, type Pair } from './online-beside.ts'
import { withoutRests } from './online-rest.ts'
import { isPartitionKey } from './partition-key.ts'
import { betweenEnums, changesType, rewritesRows } from './retype.ts'

/** What reads the column is dropped and made anew in the transaction of the swap; these are not, or would have to be filled there. */
const STOPS: ReadonlyMap<ObjectKind, string> = new Map([
  ['statistics', 'extended statistics'],
  ['policy', 'policy'],
  ['rule', 'rule'],
  ['trigger', 'trigger'],
  ['matview', 'materialized view'],
  ['column', 'generated column'],
])

/** Whether its type is changed by a column beside: that was asked for, and can be. */
export function changesOnline(from: Column, to: Column, context: DiffContext): boolean {
  if (context.options.onlineTypes !== true || context.isNew(to.table)) return false
  const isRewriting = changesType(from, to) && rewritesRows(from, to, context)
  return isRewriting && hindrance(from, to, context) === undefined
}

/** Of one table all together: an index may have several of them. */
export function onlineColumns(table: Column['table'], context: DiffContext): readonly Pair[] {
  return membersOf(context.to, table).columns.flatMap((to) => {
    const from = context.from.objects.get(to.key)
    return from?.kind === 'column' && changesOnline(from, to, context) ? [{ from, to }] : []
  })
}

/** Of a change that writes rows anew; undefined where asking for it is enough, also after a run that was interrupted. */
export function whyNotOnline(from: Column, to: Column, context: DiffContext): string | undefined {
  return hindrance(from, to, { ...context, from: withoutRests(context.from).catalog })
}

function hindrance(from: Column, to: Column, context: DiffContext): string | undefined {
  if (betweenEnums(from, to, context)) return 'the values go from one enum to another'
  const table = tableIn(context.from, to.table)
  const { objects } = context.from
  if (table === undefined || table.partitionKey !== undefined || table.partitionOf !== undefined)
    return 'the table is partitioned'
  if (table.inherits.length > 0 || isInherited(from, context)) return 'other tables inherit the column'
  if (from.inherited || isPartitionKey(from, context.from) || from.generated || to.generated)
    return 'the column is generated or inherited'
  if (from.notNull && !from.notNullValid) return 'its NOT NULL is not validated'
  if (from.notNull !== to.notNull || attributeClauses(from, to).length > 0)
    return 'more of the column changes than its type'
  if ((from.identity === undefined) !== (to.identity === undefined)) return 'its identity comes or goes'
  if (dependsOnSession(from.type, to.type))
    return 'what the values mean depends on the TimeZone of who writes them'
  if (objects.has(memberKey('column', to.table, besideName(to)))) return `${besideName(to)} is there already`
  const { triggers, constraints, indexes } = membersOf(context.from, to.table)
  if (triggers.length > 0) return 'triggers of the table would fire for every row'
  if ([...objects.values()].some((object) => object.kind === 'rule' && object.table === to.table))
    return 'the table has rules'
  for (const object of objects.values()) {
    const uses = object.key !== from.key && context.from.needs.get(object.key)?.has(from.key)
    const stop = uses ? STOPS.get(object.kind) : undefined
    if (stop) return `the ${stop} ${labelOfKey(object.key)} uses it`
    if (object.kind === 'grant' && object.on === from.key) return 'it has grants of its own'
  }
  const own = [...constraints, ...indexes].filter(({ key }) => context.from.needs.get(key)?.has(from.key))
  const other = own.find((it) => !isKept(it, context))
  return other && `the ${other.kind} ${labelOfKey(other.key)} changes, too, or cannot be built beside`
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
