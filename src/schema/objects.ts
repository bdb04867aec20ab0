import { is } from 'drizzle-orm'
import {
  getMaterializedViewConfig,
  getTableConfig,
  getViewConfig,
  isPgMaterializedView,
  isPgView,
  PgTable,
} from 'drizzle-orm/pg-core'
import {
  displayName,
  ident,
  isGigarowError,
  literal,
  type QualifiedName,
  qualified,
} from '../kernel/index.ts'
import { resetColumnOptions, setColumnOptions } from './column-options.ts'
import type { DeclaredSchema, GigarowTable } from './declared.ts'
import { createIndexSql, type IndexSpec } from './index-builder.ts'
import { relationRef } from './references.ts'
import type { LeafState, ObjectState, TableOptions } from './snapshot.ts'
import { tableKey } from './snapshot.ts'
import { readSqlObject, type SqlKind, unknownNeed } from './sql-checks.ts'
import { type ExtensionDeclaration, isExtension, isSqlObject, type Need } from './sql-object.ts'
import { createStatisticsSql } from './statistics.ts'

export type ObjectStates = Readonly<Record<string, ObjectState>>
type Entry = readonly [key: string, state: ObjectState]

/**
 * Everything declared that drizzle-kit knows nothing of and that is made by statements of its own, in the order in which it
 * can be made once the tables are there. `tables`: with the partitions that they were made with.
 */
export async function objectsOf(
  declared: DeclaredSchema,
  tables: Readonly<Record<string, TableOptions>>,
): Promise<{ readonly objects: ObjectStates; readonly problems: readonly string[] }> {
  const { entries, problems } = await sqlEntries(declared)
  const ofKinds = (...kinds: SqlKind[]) =>
    entries.filter(([key]) => kinds.some((kind) => key.startsWith(`${kind} `)))
  const own = declared.tables.map((table) => ({ table, leaves: tables[tableKey(table.name)]?.leaves ?? [] }))
  const all: Entry[] = [
    ...declared.extensions.map(extensionEntry),
    ...ofKinds('domain', 'type', 'function', 'procedure'),
    ...own.flatMap(({ table, leaves }) => optionEntries(table, leaves)),
    ...own.flatMap(({ table }) => table.indexes.map((spec) => indexEntry(spec, table.name))),
    ...own.flatMap(({ table }) => statisticsEntries(table)),
    ...ofKinds('view'),
    ...declared.matViews.flatMap(({ name, indexes }) => indexes.map((spec) => indexEntry(spec, name))),
    ...ofKinds('trigger', 'rule', 'policy', 'grant'),
    ...own.flatMap(({ table }) => commentEntries(table)),
    ...ofKinds('comment'),
  ]
  const twice = all.filter(([key], i) => all.findIndex(([other]) => other === key) !== i)
  return {
    objects: Object.fromEntries(all),
    problems: [
      ...problems,
      ...twice
        .filter(([key]) => !key.startsWith('index ') && !key.startsWith('extension '))
        .map(([key]) => `There are two declarations of the ${key}. Remove one.`),
    ],
  }
}

function extensionEntry({ name, schema, version }: ExtensionDeclaration): Entry {
  const into = schema ? ` SCHEMA ${ident(schema)}` : ''
  const at = version ? ` VERSION ${literal(version)}` : ''
  return [
    `extension ${name}`,
    {
      create: [`CREATE EXTENSION IF NOT EXISTS ${ident(name)}${into}${at}`],
      drop: [`DROP EXTENSION IF EXISTS ${ident(name)}`],
      ...(schema ? { needs: [`schema ${schema}`] } : {}),
    },
  ]
}

function indexEntry(spec: IndexSpec, on: QualifiedName): Entry {
  const name = { schema: on.schema, name: spec.name }
  return [
    `index ${displayName(name)}`,
    {
      on: relationRef(on.schema, on.name),
      create: [createIndexSql(spec, on)],
      drop: [`DROP INDEX ${qualified(name)}`],
    },
  ]
}

function statisticsEntries({ name, statistics }: GigarowTable): Entry[] {
  return statistics.map((spec) => [
    `statistics ${displayName({ schema: name.schema, name: spec.name })}`,
    {
      on: relationRef(name.schema, name.name),
      create: createStatisticsSql(spec, name),
      drop: [`DROP STATISTICS ${ident(name.schema, spec.name)}`],
    },
  ])
}

function optionEntries({ name: table, columnOptions }: GigarowTable, leaves: readonly LeafState[]): Entry[] {
  const partitions = leafNames(leaves).map((name) => ({ schema: table.schema, name }))
  return columnOptions.map(({ column, options }) => [
    `options of ${displayName(table)}.${column}`,
    {
      on: relationRef(table.schema, table.name),
      create: setColumnOptions({ table, column, partitions }, options),
      drop: resetColumnOptions({ table, column, partitions }, options),
      ...(options.storage ? { storage: options.storage } : {}),
    },
  ])
}

export function leafNames(leaves: readonly LeafState[]): readonly string[] {
  return leaves.flatMap((leaf) => [leaf.name, ...leafNames(leaf.leaves ?? [])])
}

function commentEntries({ name, comments }: GigarowTable): Entry[] {
  return comments.map(({ column, text }) => {
    const on =
      column === undefined ? `TABLE ${qualified(name)}` : `COLUMN ${qualified(name)}.${ident(column)}`
    return [
      `comment on ${displayName(name)}${column === undefined ? '' : `.${column}`}`,
      {
        on: relationRef(name.schema, name.name),
        create: [`COMMENT ON ${on} IS ${literal(text).trim()}`],
        drop: [`COMMENT ON ${on} IS NULL`],
      },
    ]
  })
}

async function sqlEntries(
  declared: DeclaredSchema,
): Promise<{ readonly entries: readonly Entry[]; readonly problems: readonly string[] }> {
  const { sqlObjects } = declared
  const labels = sqlObjects.map(({ label }) => label)
  const problems = labels
    .filter((label, i) => labels.indexOf(label) !== i)
    .map((label) => `Two sqlObjects have the label "${label}". Give one of them another.`)
  const entries: Entry[] = []
  for (const object of sqlObjects) {
    for (const need of object.needs) {
      if (typeof need === 'string' && !labels.includes(need)) {
        problems.push(unknownNeed(object.label, need, labels))
      }
    }
    try {
      const { key, sql, drop, replace } = await readSqlObject(object)
      const needs = object.needs.map((need) => needRef(need))
      entries.push([
        key,
        {
          create: [sql],
          drop,
          label: object.label,
          ...(replace ? { replace } : {}),
          ...(needs.length > 0 ? { needs } : {}),
        },
      ])
    } catch (error) {
      if (!isGigarowError(error) || error.code !== 'SCHEMA_INVALID') throw error
      problems.push(error.message)
    }
  }
  return { entries, problems }
}

/** The name by which the order of statements knows it. */
function needRef(need: Need): string {
  if (typeof need === 'string') return `object ${need}`
  if (isSqlObject(need)) return `object ${need.label}`
  if (isExtension(need)) return `extension ${need.name}`
  const { schema = 'public', name } = is(need, PgTable)
    ? getTableConfig(need)
    : isPgMaterializedView(need)
      ? getMaterializedViewConfig(need)
      : isPgView(need)
        ? getViewConfig(need)
        : { name: '' }
  return relationRef(schema, name)
}
