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
import { setColumnOptions } from './column-options.ts'
import type { DeclaredSchema, GigarowTable } from './declared.ts'
import { createIndexSql, type IndexSpec } from './index-builder.ts'
import { type Step, stepOf } from './order.ts'
import { flatLeaves } from './partition-tree.ts'
import { relationRef } from './references.ts'
import { readSqlObject, type SqlKind, unknownNeed } from './sql-checks.ts'
import { type ExtensionDeclaration, isExtension, isSqlObject, type Need } from './sql-object.ts'
import { createStatisticsSql } from './statistics.ts'
import { tidyOrAsIs } from './tidy.ts'

/** Something that has statements of its own: an index with INCLUDE, a function, a comment. */
interface Entry {
  /** Its kind and name. */
  readonly key: string
  readonly sql: readonly string[]
  /** The table or view that it belongs to: relation public.events. */
  readonly on?: string
  /** Of a sqlObject: its label, by which others need it. */
  readonly label?: string
  readonly needs?: readonly string[]
}

export interface ObjectSteps {
  readonly steps: readonly Step[]
  readonly problems: readonly string[]
}

/** Everything declared that drizzle-kit knows nothing of, in the order in which it can be made once the tables are there. */
export async function objectSteps(declared: DeclaredSchema): Promise<ObjectSteps> {
  const { entries, problems } = await sqlEntries(declared)
  const ofKinds = (...kinds: SqlKind[]) =>
    entries.filter(({ key }) => kinds.some((kind) => key.startsWith(`${kind} `)))
  const { tables, matViews } = declared
  const all: Entry[] = [
    ...declared.extensions.map(extensionEntry),
    ...ofKinds('domain', 'type', 'function', 'procedure'),
    ...tables.flatMap(optionEntries),
    ...tables.flatMap(({ name, indexes }) => indexes.map((spec) => indexEntry(spec, name))),
    ...tables.flatMap(statisticsEntries),
    ...ofKinds('view'),
    ...matViews.flatMap(({ name, indexes }) => indexes.map((spec) => indexEntry(spec, name))),
    ...ofKinds('trigger', 'rule', 'policy', 'grant'),
    ...tables.flatMap(commentEntries),
    ...ofKinds('comment'),
  ]
  const keys = all.map(({ key }) => key)
  const twice = keys.filter((key, i) => keys.indexOf(key) !== i && !/^(index|extension) /.test(key))
  const clashes = twice.map((key) => `There are two declarations of the ${key}. Remove one.`)
  return {
    steps: (await Promise.all(all.map(stepsOf))).flat(),
    problems: [...problems, ...clashes],
  }
}

function stepsOf({ key, sql, on, label, needs = [] }: Entry): Promise<readonly Step[]> {
  const more = on === undefined ? needs : [...needs, on]
  return Promise.all(
    sql.map(async (text) => {
      // What a user has written stays as it is written.
      const step = await stepOf(label === undefined ? await tidyOrAsIs(text) : text, { label: key, more })
      return label === undefined ? step : { ...step, makes: new Set([...step.makes, `object ${label}`]) }
    }),
  )
}

function extensionEntry({ name, schema, version }: ExtensionDeclaration): Entry {
  const into = schema ? ` SCHEMA ${ident(schema)}` : ''
  const at = version ? ` VERSION ${literal(version)}` : ''
  return {
    key: `extension ${name}`,
    sql: [`CREATE EXTENSION IF NOT EXISTS ${ident(name)}${into}${at}`],
    ...(schema ? { needs: [`schema ${schema}`] } : {}),
  }
}

function indexEntry(spec: IndexSpec, on: QualifiedName): Entry {
  return {
    key: `index ${displayName({ schema: on.schema, name: spec.name })}`,
    on: relationRef(on.schema, on.name),
    sql: [createIndexSql(spec, on)],
  }
}

function statisticsEntries({ name, statistics }: GigarowTable): Entry[] {
  return statistics.map((spec) => ({
    key: `statistics ${displayName({ schema: name.schema, name: spec.name })}`,
    on: relationRef(name.schema, name.name),
    sql: createStatisticsSql(spec, name),
  }))
}

function optionEntries({ name: table, columnOptions, leaves }: GigarowTable): Entry[] {
  const partitions = flatLeaves(leaves).map(({ name }) => ({ schema: table.schema, name }))
  return columnOptions.map(({ column, options }) => ({
    key: `options of ${displayName(table)}.${column}`,
    on: relationRef(table.schema, table.name),
    sql: setColumnOptions({ table, column, partitions }, options),
  }))
}

function commentEntries({ name, comments }: GigarowTable): Entry[] {
  return comments.map(({ column, text }) => {
    const on =
      column === undefined ? `TABLE ${qualified(name)}` : `COLUMN ${qualified(name)}.${ident(column)}`
    return {
      key: `comment on ${displayName(name)}${column === undefined ? '' : `.${column}`}`,
      on: relationRef(name.schema, name.name),
      sql: [`COMMENT ON ${on} IS ${literal(text).trim()}`],
    }
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
      const { key, sql } = await readSqlObject(object)
      entries.push({ key, sql: [sql], label: object.label, needs: object.needs.map(needRef) })
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
