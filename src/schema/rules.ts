import { getTableColumns, is } from 'drizzle-orm'
import { getTableConfig, PgColumn } from 'drizzle-orm/pg-core'
import { displayName } from '../kernel/index.ts'
import { boundProblems, keySql, type PartitionKey } from '../model/index.ts'
import { columnOptionProblems } from './column-options.ts'
import type { GigarowTable } from './declared.ts'
import { distributionProblems } from './distribution.ts'
import { levels } from './partition-tree.ts'
import { statisticsProblems } from './statistics.ts'

/** What PostgreSQL would refuse, said earlier and with the way out. */
export function checkTable(declared: GigarowTable): readonly string[] {
  return [
    ...partitionProblems(declared),
    ...extraProblems(declared),
    ...distributionProblems(declared),
    ...undistributedKeys(declared),
  ]
}

function extraProblems({
  name,
  columnOptions,
  statistics,
  comments,
  renames,
}: GigarowTable): readonly string[] {
  const table = displayName(name)
  const twice = (names: readonly (string | undefined)[]) => names.filter((n, i) => names.indexOf(n) !== i)
  return [
    ...columnOptions.flatMap(({ column, options }) => columnOptionProblems(`${table}.${column}`, options)),
    ...twice(columnOptions.map(({ column }) => column)).map(
      (column) => `${table}.${column} has columnOptions twice. Make one of them.`,
    ),
    ...statistics.flatMap((spec) => statisticsProblems(`The statistics ${spec.name} of ${table}`, spec)),
    ...twice(comments.map(({ column }) => column ?? '')).map(
      (column) => `${column ? `${table}.${column}` : table} has two comments. Remove one.`,
    ),
    ...renames.flatMap((rename) => {
      const now =
        rename.kind === 'table' ? name.name : rename.kind === 'column' ? rename.column : rename.index
      return rename.from === now ? [`${table}: renamedFrom('${now}') names what it is called now.`] : []
    }),
  ]
}

function partitionProblems(declared: GigarowTable): readonly string[] {
  const { partitionKey, leaves, name } = declared
  if (partitionKey === undefined) return []
  const table = displayName(name)
  if (leaves.length === 0) {
    return [
      `${table} is partitioned by ${keySql(partitionKey)} and has no partitions: no row could be inserted. Export timePartitions(${name.name}, …), rangePartitions, listPartitions or hashPartitions beside it.`,
    ]
  }
  return [
    ...nullableKeys(declared),
    ...uncoveredKeys(declared),
    ...levels(partitionKey, leaves).flatMap((level) =>
      boundProblems(level.leaves).map(
        (problem) => `${table}: ${problem.leaves.join(' and ')} ${problem.why}. Correct the bounds.`,
      ),
    ),
  ]
}

/** The keys of all depths, each once. */
function keysOf({ partitionKey, leaves }: GigarowTable): readonly PartitionKey[] {
  if (partitionKey === undefined) return []
  return [...new Map(levels(partitionKey, leaves).map(({ key }) => [keySql(key), key])).values()]
}

function keyColumns(declared: GigarowTable): readonly string[] {
  const names = keysOf(declared).flatMap((key) =>
    key.parts.flatMap((part) => (part.kind === 'column' ? [part.column] : [])),
  )
  return [...new Set(names)]
}

/** A NULL has no place among ranges, and in a hash or list it hides in one partition. */
function nullableKeys(declared: GigarowTable): string[] {
  const { columns, primaryKeys } = getTableConfig(declared.table)
  const primary = new Set(primaryKeys.flatMap((pk) => pk.columns.map((c) => c.name)))
  return columns
    .filter((c) => keyColumns(declared).includes(c.name) && !c.notNull && !primary.has(c.name))
    .map((c) => `${displayName(declared.name)}.${c.name} is a partition key and may be NULL. Add .notNull().`)
}

interface UniqueRule {
  readonly label: string
  readonly columns: readonly string[]
  /** The declaration with the columns given as t.a, t.b. */
  readonly fix: (columns: string) => string
}

/** Every unique rule of a partitioned table has to hold its partition key: each partition checks only itself. */
function uncoveredKeys(declared: GigarowTable): string[] {
  const key = keyColumns(declared)
  const table = displayName(declared.name)
  const by = keysOf(declared).map(keySql).join(' and ')
  if (keysOf(declared).some(({ parts }) => parts.some((part) => part.kind === 'expression'))) {
    return uniqueRules(declared).map(
      ({ label }) =>
        `${table}: ${label} cannot exist, because the partition key ${by} holds an expression. Partition by plain columns, or remove it.`,
    )
  }
  return uniqueRules(declared)
    .filter(({ columns }) => !key.every((k) => columns.includes(k)))
    .map(({ label, columns, fix }) => {
      const all = [...columns, ...key.filter((k) => !columns.includes(k))]
      const fixed = fix(all.map((c) => `t.${propertyOf(declared, c)}`).join(', '))
      return `${table}: ${label} (${columns.join(', ')}) does not hold the partition key ${by}, so no server can check it. Write ${fixed}.`
    })
}

/** A node checks its own rows only: whatever is unique has to hold the column that the rows are spread by. */
function undistributedKeys(declared: GigarowTable): string[] {
  const [spec] = declared.distributions
  if (spec?.kind !== 'hash') return []
  return uniqueRules(declared)
    .filter(({ columns }) => !columns.includes(spec.column))
    .map(({ label, columns, fix }) => {
      const all = [...columns, spec.column].map((c) => `t.${propertyOf(declared, c)}`).join(', ')
      return `${displayName(declared.name)}: ${label} (${columns.join(', ')}) does not hold ${spec.column}, by which the rows are distributed. Write ${fix(all)}.`
    })
}

function uniqueRules({ table, indexes: own }: GigarowTable): readonly UniqueRule[] {
  const { columns, primaryKeys, uniqueConstraints, indexes } = getTableConfig(table)
  const names = (list: readonly unknown[]) =>
    list.flatMap((c) => (is(c, PgColumn) ? [c.name] : [(c as { name?: string }).name ?? '']))
  return [
    ...columns
      .filter((c) => c.primary)
      .map((c) => ({
        label: 'the primary key',
        columns: [c.name],
        fix: (all: string) => `primaryKey({ columns: [${all}] }) in place of .primaryKey()`,
      })),
    ...primaryKeys.map((pk) => ({
      label: `the primary key ${pk.getName()}`,
      columns: names(pk.columns),
      fix: (all: string) => `primaryKey({ columns: [${all}] })`,
    })),
    ...uniqueConstraints.map((u) => ({
      label: `the unique constraint ${u.getName()}`,
      columns: names(u.columns),
      fix: (all: string) => `unique().on(${all})`,
    })),
    ...columns
      .filter((c) => c.isUnique)
      .map((c) => ({
        label: `the unique constraint on ${c.name}`,
        columns: [c.name],
        fix: (all: string) => `unique().on(${all}) in place of .unique()`,
      })),
    ...indexes
      .filter((i) => i.config.unique)
      .map((i) => ({
        label: `the unique index ${i.config.name ?? ''}`.trim(),
        columns: names(i.config.columns),
        fix: (all: string) => `uniqueIndex().on(${all})`,
      })),
    ...own
      .filter((spec) => spec.unique)
      .map((spec) => ({
        label: `the unique index ${spec.name}`,
        columns: spec.parts.map((part) => (part.kind === 'column' ? part.name : '')),
        fix: (all: string) => `uniqueIncludeIndex('${spec.name}').on(${all})`,
      })),
  ]
}

/** eventTime for event_time. */
function propertyOf({ table }: GigarowTable, column: string): string {
  return Object.entries(getTableColumns(table)).find(([, c]) => c.name === column)?.[0] ?? column
}
