import { getTableConfig, PgTable } from 'drizzle-orm/pg-core'
import { displayName, literal, type QualifiedName, qualified } from '../kernel/index.ts'
import type { DeclaredSchema, GigarowTable } from './declared.ts'
import { Extra, type NamedColumn } from './extras.ts'

/** How a table is spread over the nodes of Citus. */
export type DistributionSpec =
  | { readonly kind: 'reference' }
  | {
      readonly kind: 'hash'
      /** By its name in the database. */
      readonly column: string
      readonly colocateWith?: PgTable | 'none'
      readonly shardCount?: number
    }

export interface DistributeOptions {
  /** The rows of both tables with the same value are on the same node; 'none' keeps the table apart. */
  readonly colocateWith?: PgTable | 'none'
  /** Default: the setting citus.shard_count. */
  readonly shardCount?: number
}

/** `distributeBy(t.tenantId)` in a table's third argument: Citus spreads its rows over the nodes by the hash of that column. */
export function distributeBy(column: NamedColumn, options: DistributeOptions = {}): Extra {
  return new Extra({
    kind: 'distribution',
    distribution: Object.freeze({ kind: 'hash', column: column.name, ...options }),
  })
}

/** `referenceTable()` in a table's third argument: every node of Citus has all of its rows. */
export function referenceTable(): Extra {
  return new Extra({ kind: 'distribution', distribution: Object.freeze({ kind: 'reference' }) })
}

const MAX_SHARDS = 64_000

/** What Citus would refuse, but for keys, which `rules.ts` checks. */
export function distributionProblems({ name, distributions }: GigarowTable): readonly string[] {
  const table = displayName(name)
  const [spec] = distributions
  if (distributions.length > 1)
    return [`${table} has more than one of distributeBy and referenceTable. Keep one.`]
  if (spec?.kind !== 'hash') return []
  const { shardCount, colocateWith } = spec
  const whole =
    shardCount === undefined || (Number.isInteger(shardCount) && shardCount >= 1 && shardCount <= MAX_SHARDS)
  return [
    ...(whole
      ? []
      : [`${table}: shardCount is ${shardCount}. Write a whole number from 1 to ${MAX_SHARDS}.`]),
    ...(shardCount !== undefined && colocateWith instanceof PgTable
      ? [
          `${table} has both colocateWith and shardCount: tables that stand together have as many shards. Leave shardCount out.`,
        ]
      : []),
  ]
}

export interface Distribution {
  readonly table: QualifiedName
  /** Without the semicolon. */
  readonly sql: string
}

/** The calls that spread the tables, reference tables first, and each behind the one that it is to stand with. */
export function distributionSql({ tables }: DeclaredSchema): readonly Distribution[] {
  const found: Distribution[] = []
  const done = new Set<string>()
  const add = (table: GigarowTable): void => {
    const [spec] = table.distributions
    if (spec === undefined || done.has(qualified(table.name))) return
    done.add(qualified(table.name))
    const other = spec.kind === 'hash' && spec.colocateWith !== 'none' ? spec.colocateWith : undefined
    const before = other && tables.find((one) => qualified(one.name) === qualified(nameOf(other)))
    if (before) add(before)
    found.push({ table: table.name, sql: callOf(table.name, spec) })
  }
  for (const table of tables) if (table.distributions[0]?.kind === 'reference') add(table)
  for (const table of tables) add(table)
  return found
}

function callOf(name: QualifiedName, spec: DistributionSpec): string {
  const table = literal(qualified(name))
  if (spec.kind === 'reference') return `SELECT create_reference_table(${table})`
  const { column, colocateWith, shardCount } = spec
  const place =
    colocateWith === undefined || colocateWith === 'none' ? colocateWith : qualified(nameOf(colocateWith))
  return [
    `SELECT create_distributed_table(${table}, ${literal(column)}`,
    ...(place === undefined ? [] : [`colocate_with => ${literal(place)}`]),
    ...(shardCount === undefined ? [] : [`shard_count => ${shardCount}`]),
  ]
    .join(', ')
    .concat(')')
}

function nameOf(table: PgTable): QualifiedName {
  const { schema = 'public', name } = getTableConfig(table)
  return { schema, name }
}
