import { is } from 'drizzle-orm'
import {
  getTableConfig,
  getViewConfig,
  isPgMaterializedView,
  isPgSchema,
  isPgView,
  PgTable,
} from 'drizzle-orm/pg-core'
import { displayName, GigarowError, type QualifiedName } from '../kernel/index.ts'
import type { Leaf } from '../model/index.ts'
import { applyCasing, type Casing } from './casing.ts'
import { readExtras, type TableExtras } from './extras.ts'
import {
  type GigarowMatView,
  isMaterialized,
  type MaterializedDeclaration,
  matViewProblems,
  readMatView,
} from './matviews.ts'
import { nameProblems } from './names.ts'
import { partitionTree } from './partition-tree.ts'
import { isPartitionsDeclaration, type PartitionsDeclaration, type TimePolicy } from './partitions.ts'
import { checkTable } from './rules.ts'
import {
  type ExtensionDeclaration,
  isExtension,
  isSqlObject,
  type SqlObjectDeclaration,
} from './sql-object.ts'

/** A table with what gigarow adds to Drizzle. */
export interface GigarowTable extends TableExtras {
  readonly name: QualifiedName
  readonly table: PgTable
  readonly policy?: TimePolicy
  readonly leaves: readonly Leaf[]
}

export interface DeclaredSchema {
  /** What is handed to drizzle-kit. */
  readonly imports: Readonly<Record<string, unknown>>
  readonly tables: readonly GigarowTable[]
  /** Plain views that are made by us. */
  readonly views: readonly QualifiedName[]
  readonly matViews: readonly GigarowMatView[]
  readonly extensions: readonly ExtensionDeclaration[]
  readonly sqlObjects: readonly SqlObjectDeclaration[]
}

export interface ReadOptions {
  /** Milliseconds since 1970: up to where partitions of an open time policy are made. */
  readonly now: number
  /** How the names of columns are made of keys, as in drizzle({ casing }); for tables that are read again it is known. */
  readonly casing?: Casing | undefined
}

/**
 * Reads the exports of a schema module and checks them. Throws SCHEMA_INVALID with every problem found, but for those in
 * the SQL of sqlObject(): checkDeclarations() finds these, too.
 */
export function readDeclarations(
  imports: Readonly<Record<string, unknown>>,
  options: ReadOptions,
): DeclaredSchema {
  const { declared, problems } = collectDeclarations(imports, options)
  if (problems.length > 0) throw invalid(problems)
  return declared
}

export function collectDeclarations(
  imports: Readonly<Record<string, unknown>>,
  { now, casing }: ReadOptions,
): { readonly declared: DeclaredSchema; readonly problems: readonly string[] } {
  applyCasing(imports, casing)
  const values = [...new Set(Object.values(imports))]
  const tables = values.filter((value) => is(value, PgTable))
  const declarations = values.filter(isPartitionsDeclaration)
  const byName = new Map(tables.map((table) => [nameOf(table), table]))
  const read = [...byName.values()].map((table) =>
    readTable(
      table,
      declarations.filter((d) => nameOf(d.table) === nameOf(table)),
      now,
    ),
  )
  const rules = values.filter(isMaterialized)
  const matViews = values.filter(isPgMaterializedView)
  const declared: DeclaredSchema = Object.freeze({
    imports,
    tables: Object.freeze(read.map(({ table }) => table)),
    views: values
      .filter(isPgView)
      .map(getViewConfig)
      .filter((view) => !view.isExisting)
      .map(({ schema = 'public', name }) => ({ schema, name })),
    matViews: matViews.map((view) =>
      readMatView(
        view,
        rules.find((rule) => rule.view === view),
      ),
    ),
    extensions: values.filter(isExtension),
    sqlObjects: values.filter(isSqlObject),
  })
  const problems = [
    ...tables
      .filter((table) => byName.get(nameOf(table)) !== table)
      .map((table) => `The table ${nameOf(table)} is declared twice. Give one of them another name.`),
    ...declarations
      .filter((d) => !byName.has(nameOf(d.table)))
      .map((d) => `Partitions are declared for ${nameOf(d.table)}, which is not exported. Export it.`),
    ...read.flatMap(({ problems }) => problems),
    ...declared.tables.flatMap((table) => (hasProblems(read, table) ? [] : checkTable(table))),
    ...matViewRules(rules, matViews),
    ...declared.matViews.filter(({ view }) => rules.some((r) => r.view === view)).flatMap(matViewProblems),
    ...extensionProblems(declared, values),
    ...nameProblems(declared),
  ]
  return { declared, problems }
}

interface ReadTable {
  readonly table: GigarowTable
  readonly problems: readonly string[]
}

function hasProblems(read: readonly ReadTable[], table: GigarowTable): boolean {
  return read.some((r) => r.table === table && r.problems.length > 0)
}

function readTable(table: PgTable, declarations: readonly PartitionsDeclaration[], now: number): ReadTable {
  const { schema = 'public', name } = getTableConfig(table)
  const extras = readExtras(table)
  const trees = declarations.map((d) => partitionTree(d, { name, key: extras.partitionKey, now }))
  const policy = declarations.map((d) => d.spec).find((spec) => spec.kind === 'time')?.policy
  return {
    table: Object.freeze({
      name: { schema, name },
      table,
      leaves: Object.freeze(trees.flatMap(({ leaves }) => leaves)),
      ...extras,
      ...(policy ? { policy } : {}),
    }),
    problems: trees.flatMap(({ problems }) => problems),
  }
}

function matViewRules(
  rules: readonly MaterializedDeclaration[],
  views: readonly unknown[],
): readonly string[] {
  const label = (rule: MaterializedDeclaration) => displayName(readMatView(rule.view, undefined).name)
  return [
    ...rules
      .filter((rule) => !views.includes(rule.view))
      .map((rule) => `materialized(…) is declared for ${label(rule)}, which is not exported. Export it.`),
    ...rules
      .filter((rule, i) => rules.findIndex((other) => other.view === rule.view) !== i)
      .map((rule) => `materialized(…) is declared twice for ${label(rule)}. Make one of them.`),
  ]
}

function extensionProblems({ extensions }: DeclaredSchema, values: readonly unknown[]): readonly string[] {
  const schemas = new Set(['public', ...values.filter(isPgSchema).map((schema) => schema.schemaName)])
  return extensions.flatMap(({ name, schema }, i) => [
    ...(schema !== undefined && !schemas.has(schema)
      ? [
          `The extension ${name} goes into the schema ${schema}, which is not exported. Export pgSchema('${schema}').`,
        ]
      : []),
    ...(extensions.findIndex((other) => other.name === name) !== i
      ? [`The extension ${name} is declared twice. Remove one.`]
      : []),
  ])
}

function nameOf(table: PgTable): string {
  const { schema = 'public', name } = getTableConfig(table)
  return displayName({ schema, name })
}

export function invalid(problems: readonly string[]): GigarowError {
  const count = problems.length === 1 ? 'a problem' : `${problems.length} problems`
  return new GigarowError(
    'SCHEMA_INVALID',
    `The schema has ${count}:\n${problems.map((p) => `  - ${p}`).join('\n')}`,
    { facts: { problems }, hint: 'Correct the declarations; nothing was written.' },
  )
}
