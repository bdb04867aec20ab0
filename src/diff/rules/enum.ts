import { ident, literal, plainIdent } from '../../kernel/index.ts'
import { type Column, type Enum, nameIn, type ObjectKey } from '../../model/index.ts'
import { type ActionHazard, planHazard } from '../hazards.ts'
import { labelOfKey, partsOf } from '../label.ts'
import { ownerAgain } from '../owners.ts'
import type { Refusal } from '../plan.ts'
import type { Action, DiffContext, Displacement, Rule } from '../rule.ts'
import { lastingType } from './lasting.ts'
import { isPartitionKey } from './partition-key.ts'
import { columnLocks } from './type-locks.ts'

export const enumRule: Rule<Enum> = {
  create: ({ key, values }) => [
    { sql: `CREATE TYPE ${nameIn(key)} AS ENUM (${values.map(literal).join(', ')})` },
  ],
  drop: ({ key }, context) => [{ sql: `DROP TYPE ${nameIn(key)}`, hazards: lastingType(key, context) }],
  alter: (from, to, context) => {
    if (onlyAdds(from, to)) return addValues(from, to)
    const refused = refusal(from, to, context)
    return refused ? { refused } : rebuild(from, to, context)
  },
  displaces: (from, to, context) => (onlyAdds(from, to) ? [] : inTheWay(from, context)),
}

function onlyAdds(from: Enum, to: Enum): boolean {
  const kept = to.values.filter((value) => from.values.includes(value))
  return kept.length === from.values.length && kept.every((value, i) => value === from.values[i])
}

/** Alone: a new value cannot be used in the transaction that adds it. IF NOT EXISTS: it may run again after a crash. */
function addValues(from: Enum, to: Enum): readonly Action[] {
  const there = new Set(from.values)
  return to.values.flatMap((value, i): readonly Action[] => {
    if (there.has(value)) return []
    const before = to.values[i - 1]
    const next = to.values.find((other) => there.has(other))
    const place =
      before === undefined
        ? next === undefined
          ? ''
          : ` BEFORE ${literal(next)}`
        : ` AFTER ${literal(before)}`
    there.add(value)
    return [
      {
        sql: `ALTER TYPE ${nameIn(to.key)} ADD VALUE IF NOT EXISTS ${literal(value)}${place}`,
        runs: 'alone',
        adds: true,
        reverse: { none: 'PostgreSQL takes no value out of an enum; an unused one does no harm' },
      },
    ]
  })
}

/** Columns whose values are of the type, or arrays of it, before and after. */
function columnsOf({ key }: Enum, { from, to, isGone }: DiffContext): readonly Column[] {
  return [...from.objects.values()].flatMap((column) => {
    if (column.kind !== 'column' || column.inherited || column.generated || isGone(column.key)) return []
    const after = to.objects.get(column.key)
    const uses =
      from.needs.get(column.key)?.has(key) && after?.kind === 'column' && after.type === column.type
    return uses && isOf(column.type, key) ? [column] : []
  })
}

const isOf = (type: string, key: ObjectKey): boolean =>
  unquoted(type.replace(/(\[\])+$/, '')) === partsOf(key).join('.')

const unquoted = (type: string): string =>
  type.replaceAll(/"((?:[^"]|"")*)"/g, (_, name: string) => name.replaceAll('""', '"'))

/** All that has an expression of the type, and all that reads a column of it. */
function inTheWay(from: Enum, context: DiffContext): readonly Displacement[] {
  const kinds = ['view', 'matview', 'rule', 'policy', 'trigger', 'routine', 'column', 'foreign'] as const
  return [
    { of: from.key, kinds: [...kinds, 'index', 'constraint', 'statistics', 'comment', 'grant'] },
    ...columnsOf(from, context).map((column): Displacement => ({ of: column.key, kinds })),
  ]
}

function refusal(from: Enum, to: Enum, context: DiffContext): Refusal | undefined {
  const name = labelOfKey(to.key)
  const columns = columnsOf(from, context)
  const holders = [...context.from.objects.values()].filter(
    ({ key, kind }) => (kind === 'domain' || kind === 'type') && context.from.needs.get(key)?.has(from.key),
  )
  if (holders.length > 0)
    return {
      reason: `the values of the enum ${name} change in a way that needs a new type, and ${holders.map(({ key }) => labelOfKey(key)).join(', ')} is made of the old one`,
      wayOut: 'make the new enum under another name and move the columns over one by one',
    }
  const key = columns.find((column) => isPartitionKey(column, context.from))
  if (key)
    return {
      reason: `the values of the enum ${name} change in a way that needs a new type, and ${labelOfKey(key.table)} is partitioned by ${key.name}, whose type cannot be changed`,
      wayOut: 'make a new partitioned table and move the rows over',
    }
  const lost = from.values.filter((value) => !to.values.includes(value))
  if (lost.length === 0 || columns.length === 0 || context.options.allowValueLoss?.includes(to.key))
    return undefined
  const list = lost.map(literal).join(', ')
  const updates = columns.map(
    (column) =>
      `UPDATE ${labelOfKey(column.table)} SET ${plainIdent(column.name)} = … WHERE ${plainIdent(column.name)} IN (${list})`,
  )
  return {
    reason: `the enum ${name} loses ${list}, which rows of ${columns.map(({ key: c }) => labelOfKey(c)).join(', ')} may hold`,
    wayOut: `give those rows another value first (${updates.join('; ')}), then allow it (drop-enum-value:${partsOf(to.key).map(plainIdent).join('.')}): the server still refuses if a row holds one`,
  }
}

/** A type beside the old one, and every column switched over to it. */
function rebuild(from: Enum, to: Enum, context: DiffContext): readonly Action[] {
  const [schema, name] = partsOf(to.key) as [string, string]
  const old = `${name.slice(0, 50)}__old`
  // Those of a table one after the other: they become one statement.
  const columns = [...columnsOf(from, context)].sort((a, b) =>
    a.table < b.table ? -1 : a.table > b.table ? 1 : 0,
  )
  return [
    { sql: `ALTER TYPE ${nameIn(to.key)} RENAME TO ${ident(old)}`, hazards: lossHazards(from, to, columns) },
    { sql: `CREATE TYPE ${nameIn(to.key)} AS ENUM (${to.values.map(literal).join(', ')})` },
    ...ownerAgain(to, context),
    ...columns.map((column) => switchOver(column, context)),
    {
      sql: `DROP TYPE ${ident(schema, old)}`,
      // Columns that get another type altogether leave it, too.
      needs: [...context.to.objects.values()].flatMap(({ key, kind }) =>
        kind === 'column' && context.from.needs.get(key)?.has(from.key) && !columns.some((c) => c.key === key)
          ? [key]
          : [],
      ),
    },
  ]
}

function lossHazards(from: Enum, to: Enum, columns: readonly Column[]): readonly ActionHazard[] {
  const lost = from.values.filter((value) => !to.values.includes(value))
  if (lost.length === 0 || columns.length === 0) return []
  const other = columns.map(({ key }) => labelOfKey(key)).join(', ')
  return [
    planHazard('drop-enum-value', { name: labelOfKey(to.key), kind: lost.map(literal).join(', '), other }),
  ]
}

function switchOver(column: Column, context: DiffContext): Action {
  const after = context.to.objects.get(column.key) as Column
  const c = ident(column.name)
  const array = /(\[\])+$/.exec(column.type)?.[0] ?? ''
  const parts = [
    ...(column.default === undefined ? [] : [`ALTER COLUMN ${c} DROP DEFAULT`]),
    `ALTER COLUMN ${c} TYPE ${column.type} USING ${c}::text${array}::${column.type}`,
    ...(after.default === undefined ? [] : [`ALTER COLUMN ${c} SET DEFAULT ${after.default}`]),
  ]
  const table = labelOfKey(column.table)
  return {
    sql: `ALTER TABLE ${nameIn(column.table)} ${parts.join(', ')}`,
    scans: true,
    rewrites: column.table,
    locks: columnLocks(column, context),
    hazards: [
      planHazard('change-type', {
        table,
        column: plainIdent(column.name),
        old: `the old ${column.type}`,
        new: `the new ${column.type}`,
        sql: 'a new column of the new type, filled in batches, then swapped with the old one. --online-types does not do that for the values of an enum.',
      }),
    ],
  }
}
