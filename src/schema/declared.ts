import { is } from 'drizzle-orm'
import { getTableConfig, type PgColumn, PgTable } from 'drizzle-orm/pg-core'
import { displayName, GigarowError, type QualifiedName } from '../kernel/index.ts'
import type { Leaf, PartitionKey } from '../model/index.ts'
import { readExtras, type StorageOptions } from './extras.ts'
import { encodeBound, timeLeaves } from './leaves.ts'
import { isPartitionsDeclaration, type PartitionsDeclaration, type TimePolicy } from './partitions.ts'
import { checkTable } from './rules.ts'

/** A table with what gigarow adds to Drizzle. */
export interface GigarowTable {
  readonly name: QualifiedName
  readonly table: PgTable
  readonly partitionKey?: PartitionKey
  readonly policy?: TimePolicy
  readonly leaves: readonly Leaf[]
  readonly storage?: StorageOptions
}

export interface DeclaredSchema {
  /** What is handed to drizzle-kit. */
  readonly imports: Readonly<Record<string, unknown>>
  readonly tables: readonly GigarowTable[]
}

/**
 * Reads the exports of a schema module and checks them. `now` (ms since 1970) is up to where partitions of an open time
 * policy are made. Throws SCHEMA_INVALID with every problem found.
 */
export function readDeclarations(
  imports: Readonly<Record<string, unknown>>,
  { now }: { readonly now: number },
): DeclaredSchema {
  const values = [...new Set(Object.values(imports))]
  const tables = values.filter((value) => is(value, PgTable))
  const declarations = values.filter(isPartitionsDeclaration)
  const byName = new Map(tables.map((table) => [nameOf(table), table]))
  const twice = tables.filter((table) => byName.get(nameOf(table)) !== table)
  const stray = declarations.filter((d) => !byName.has(nameOf(d.table)))
  const problems = [
    ...twice.map((table) => `The table ${nameOf(table)} is declared twice. Give one of them another name.`),
    ...stray.map((d) => `Partitions are declared for ${nameOf(d.table)}, which is not exported. Export it.`),
  ]
  const read = [...byName.values()].map((table) =>
    readTable(
      table,
      declarations.filter((d) => nameOf(d.table) === nameOf(table)),
      now,
    ),
  )
  problems.push(...read.flatMap(checkTable), ...nameClashes(read))
  if (problems.length > 0) throw invalid(problems)
  return Object.freeze({ imports, tables: Object.freeze(read) })
}

function readTable(
  table: PgTable,
  declarations: readonly PartitionsDeclaration[],
  now: number,
): GigarowTable {
  const { schema = 'public', name, columns } = getTableConfig(table)
  const extras = readExtras(table)
  const leaves = declarations.flatMap((d) => leavesOf(d, { name, columns, extras, now }))
  const policy = declarations.map((d) => d.spec).find((spec) => spec.kind === 'time')?.policy
  return Object.freeze({
    name: { schema, name },
    table,
    leaves: Object.freeze(leaves),
    ...extras,
    ...(policy ? { policy } : {}),
  })
}

interface LeafContext {
  readonly name: string
  readonly columns: readonly PgColumn[]
  readonly extras: ReturnType<typeof readExtras>
  readonly now: number
}

function leavesOf(
  { table, spec }: PartitionsDeclaration,
  { name, columns, extras, now }: LeafContext,
): readonly Leaf[] {
  const key = extras.partitionKey
  const keyColumns = (key?.parts ?? []).map((part) =>
    part.kind === 'column' ? columns.find((c) => c.name === part.column) : undefined,
  )
  if (key === undefined || (spec.kind === 'fixed' ? spec.strategy : 'range') !== key.strategy) {
    const want = `partitionBy.${spec.kind === 'fixed' ? spec.strategy : 'range'}(…)`
    throw invalid([
      `Partitions of ${name} are declared, but its third argument has ${key ? `partitionBy.${key.strategy}` : 'no partitionBy'}. Write ${want} there.`,
    ])
  }
  if (spec.kind === 'time') {
    const type = keyColumns.length === 1 ? keyColumns[0]?.getSQLType() : undefined
    return timeLeaves({ table: name, policy: spec.policy, type: type ?? keyType(key), now })
  }
  const by = spec.by.map((property) => Reflect.get(table, property) as PgColumn | undefined)
  // For an expression `by` names the column that its value is typed like.
  const same =
    by.length === keyColumns.length && by.every((c, i) => !keyColumns[i] || c?.name === keyColumns[i].name)
  if (spec.by.length > 0 && !same) {
    throw invalid([
      `${spec.strategy}Partitions of ${name} is declared by ${spec.by.join(', ')}, the table is partitioned by ${keyType(key)}. Name the same columns in the same order.`,
    ])
  }
  return spec.leaves.map((leaf) => ({ name: leaf.name, bound: encodeBound(leaf.bound, by as PgColumn[]) }))
}

function keyType(key: PartitionKey): string {
  return key.parts.map((part) => (part.kind === 'column' ? part.column : `(${part.sql})`)).join(', ')
}

/** A partition is a table: its name must be free. */
function nameClashes(tables: readonly GigarowTable[]): string[] {
  const seen = new Set(tables.map((t) => displayName(t.name)))
  return tables.flatMap((t) =>
    t.leaves.flatMap((leaf) => {
      const name = displayName({ schema: t.name.schema, name: leaf.name })
      const taken = seen.has(name) && !t.leaves.some((l) => l !== leaf && l.name === leaf.name)
      seen.add(name)
      return taken ? [`The partition ${name} of ${displayName(t.name)} has the name of another table.`] : []
    }),
  )
}

function nameOf(table: PgTable): string {
  const { schema = 'public', name } = getTableConfig(table)
  return displayName({ schema, name })
}

function invalid(problems: readonly string[]): GigarowError {
  const count = problems.length === 1 ? 'a problem' : `${problems.length} problems`
  return new GigarowError(
    'SCHEMA_INVALID',
    `The schema has ${count}:\n${problems.map((p) => `  - ${p}`).join('\n')}`,
    { facts: { problems }, hint: 'Correct the declarations; nothing was written.' },
  )
}
