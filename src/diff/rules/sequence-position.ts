import { ident, literal } from '../../kernel/index.ts'
import { type Column, type Index, nameIn, type Sequence } from '../../model/index.ts'
import { type ActionHazard, planHazard } from '../hazards.ts'
import { labelOfKey, locksOn } from '../label.ts'
import { parseIndex } from '../partitions/index-text.ts'
import { descendantsOf, membersOf, tableIn } from '../partitions/tree.ts'
import type { Action, DiffContext } from '../rule.ts'
import { serialOf } from './identity.ts'

/**
 * What this plan makes for the numbers of a column that has some already goes on behind them, and behind those that the default before
 * it has given out: a table whose last rows were deleted does not get their numbers again.
 */
export function positionOfDefault(from: Column, to: Column, context: DiffContext): readonly Action[] {
  const sequence = numbersOf(to, context.to)
  if (sequence === undefined || !context.isNew(sequence.key) || context.isNew(to.table)) return []
  // It takes over from the identity itself.
  if (from.identity && serialOf(to, context.to) === sequence) return []
  const before = numbersOf(from, context.from)
  // The default's lock is still held: no row comes between the two.
  return position(sequence, { column: to, before, context }).map((action) => ({ ...action, together: true }))
}

/** Of one that a column owns and that is not its default: the program asks it for numbers. */
export function positionOfOwned(sequence: Sequence, context: DiffContext): readonly Action[] {
  const column = sequence.ownedBy && context.to.objects.get(sequence.ownedBy)
  if (column?.kind !== 'column' || context.isNew(column.key) || context.isNew(column.table)) return []
  if (numbersOf(column, context.to)?.key === sequence.key) return []
  return position(sequence, { column, before: undefined, context }).map((action) => ({
    ...action,
    needs: [column.key],
  }))
}

interface Place {
  readonly column: Column
  /** What the column took its numbers from. */
  readonly before: Sequence | undefined
  readonly context: DiffContext
}

function position(sequence: Sequence, { column, before, context }: Place): readonly Action[] {
  const { increment, start } = sequence.options
  const [most, furthest, beyond] = increment.startsWith('-')
    ? (['min', 'least', '<='] as const)
    : (['max', 'greatest', '>='] as const)
  if (!isNumber(column, context)) return []
  // Other columns may have set it already.
  const values = [
    `${most}(${ident(column.name)})::bigint`,
    ...[sequence, ...(before === undefined ? [] : [before])].map(lastValue),
  ]
  const sql = `SELECT setval(${literal(nameIn(sequence.key))}, n) FROM (SELECT ${furthest}(${values.join(', ')}) FROM ${nameIn(column.table)}) AS s (n) WHERE n ${beyond} ${start}`
  return [
    {
      sql,
      scans: true,
      locks: locksOn(context, column.table, 'ACCESS SHARE'),
      hazards: positionHazards(column, most, context),
      reverse: { sql: [] },
    },
  ]
}

/** Where an index begins with the column the server reads one entry of it, on each partition. */
export function positionHazards(
  column: Column,
  most: 'max' | 'min',
  context: DiffContext,
): readonly ActionHazard[] {
  const { from, isNew } = context
  if (isNew(column.table)) return []
  const tables = [column.table, ...descendantsOf(from, column.table).map(({ key }) => key)]
  const read = tables.filter((key) => tableIn(from, key)?.partitionKey === undefined)
  if (read.every((key) => membersOf(from, key).indexes.some((index) => beginsWith(index, column.name))))
    return []
  const facts = {
    table: labelOfKey(column.table),
    column: ident(column.name),
    kind: most === 'max' ? 'largest' : 'smallest',
  }
  return [planHazard('sequence-position-scans', facts)]
}

function beginsWith({ definition, valid }: Index, name: string): boolean {
  const { body } = parseIndex(definition)
  const first = [name, ident(name)].some((text) => /^USING btree \(/.test(body) && startsList(body, text))
  return valid && first && !/ WHERE /.test(body)
}

function startsList(body: string, name: string): boolean {
  const rest = body.slice('USING btree ('.length)
  return rest.startsWith(name) && /^[,) ]/.test(rest.slice(name.length))
}

const lastValue = ({ key }: Sequence): string => `pg_sequence_last_value(${literal(nameIn(key))}::regclass)`

/** What its default takes numbers from, whoever owns it. */
function numbersOf(column: Column, { objects, needs }: DiffContext['from']): Sequence | undefined {
  if (column.default === undefined || !/^\(*nextval\(/.test(column.default)) return undefined
  for (const key of needs.get(column.key) ?? []) {
    const object = objects.get(key)
    if (object?.kind === 'sequence') return object
  }
  return undefined
}

function isNumber({ key, type }: Column, { to }: DiffContext): boolean {
  const domain = [...(to.needs.get(key) ?? [])].map((need) => to.objects.get(need))
  const types = [type, ...domain.flatMap((object) => (object?.kind === 'domain' ? [object.type] : []))]
  return types.some((one) => /^(smallint|integer|bigint|numeric)\b(?!.*\[)/.test(one))
}
