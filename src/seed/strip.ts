import type { LiveForeignKey, LiveIndex, LiveTable } from '../catalog/index.ts'
import { ident, literal, qualified } from '../kernel/index.ts'

/**
 * What stands in the way of a fast load, as a plan: the statement that removes a thing and the one that brings it back.
 * Measured at 10 M rows: loading into a table with its primary key and one text index runs at a tenth of the speed.
 */
export interface Strip {
  readonly kind: 'index' | 'constraint' | 'setting'
  /** Quoted and qualified. */
  readonly table: string
  readonly name: string
  readonly dropSql: string
  readonly rebuildSql: readonly string[]
  /** As pg_get_indexdef() or pg_get_constraintdef() prints it. */
  readonly definition: string | undefined
  readonly tablespace: string | undefined
}

/** In the order of dropping: foreign keys, constraints, indexes, settings. Rebuilding takes rebuildOrder() of it. */
export function planStrip(tables: readonly LiveTable[]): Strip[] {
  const foreignKeys = new Map<string, Strip>()
  for (const key of tables.flatMap((t) => t.foreignKeys)) {
    const strip = stripForeignKey(key)
    // One between two tables of the same load is seen from both sides.
    foreignKeys.set(`${strip.table} ${strip.name}`, strip)
  }
  const indexes = tables.flatMap((t) =>
    t.indexes.filter(canDrop).map((index) => ({ index, partitioned: t.kind === 'partitioned' })),
  )
  return [
    ...foreignKeys.values(),
    ...indexes.flatMap(({ index, partitioned }) => stripIndex(index, { partitioned })),
    ...tables.flatMap(stripAutovacuum),
  ]
}

/** An invalid index was not serving anybody, and column statistics of an expression index cannot be read back as SQL. */
function canDrop(index: LiveIndex): boolean {
  return index.valid && !index.hasStatistics
}

function stripForeignKey(key: LiveForeignKey): Strip {
  const table = qualified(key.table)
  return {
    kind: 'constraint',
    table,
    name: key.name,
    dropSql: `alter table ${table} drop constraint ${ident(key.name)}`,
    rebuildSql: statements(
      `alter table ${table} add constraint ${ident(key.name)} ${key.definition}`,
      comment(`constraint ${ident(key.name)} on ${table}`, key.comment),
    ),
    definition: key.definition,
    tablespace: undefined,
  }
}

/**
 * A constraint's index is rebuilt as an index of its own and then made the constraint's, because that can run beside
 * other builds and keeps the index's storage parameters. A partitioned parent and an exclusion constraint cannot do it.
 */
function stripIndex(index: LiveIndex, { partitioned }: { partitioned: boolean }): Strip[] {
  const table = qualified(index.table)
  const name = ident(index.table.schema, index.name)
  const extras = [
    comment(`index ${name}`, index.comment),
    index.replicaIdentity
      ? `alter table ${table} replica identity using index ${ident(index.name)}`
      : undefined,
    index.clustered ? `alter table ${table} cluster on ${ident(index.name)}` : undefined,
  ]
  const whole = { table, name: index.name, tablespace: index.tablespace }
  if (!index.constraint) {
    return [
      {
        ...whole,
        kind: 'index',
        dropSql: `drop index ${name}`,
        rebuildSql: statements(index.definition, ...extras),
        definition: index.definition,
      },
    ]
  }
  const { constraint } = index
  const dropSql = `alter table ${table} drop constraint ${ident(constraint.name)}`
  const note = comment(`constraint ${ident(constraint.name)} on ${table}`, constraint.comment)
  if (partitioned || constraint.type === 'exclusion') {
    const add = `alter table ${table} add constraint ${ident(constraint.name)} ${constraint.definition}`
    return [
      {
        ...whole,
        kind: 'constraint',
        dropSql,
        rebuildSql: statements(add, note, ...extras),
        definition: constraint.definition,
      },
    ]
  }
  const timing = constraint.deferrable ? ` deferrable${constraint.deferred ? ' initially deferred' : ''}` : ''
  const adopt = `alter table ${table} add constraint ${ident(constraint.name)} ${constraint.type} using index ${ident(index.name)}${timing}`
  return [
    {
      ...whole,
      kind: 'constraint',
      dropSql,
      rebuildSql: statements(adopt, note, ...extras),
      definition: constraint.definition,
    },
    // Dropping the constraint drops its index: this one only brings it back.
    { ...whole, kind: 'index', dropSql: '', rebuildSql: [index.definition], definition: index.definition },
  ]
}

/** Autovacuum would start on a table in the middle of its load, and VACUUM comes at the end anyway. */
function stripAutovacuum(table: LiveTable): Strip[] {
  return table.leaves.map((leaf) => {
    const name = qualified(leaf)
    const rebuildSql =
      leaf.autovacuum === undefined
        ? `alter table ${name} reset (autovacuum_enabled)`
        : `alter table ${name} set (autovacuum_enabled = ${literal(leaf.autovacuum)})`
    return {
      kind: 'setting',
      table: name,
      name: 'autovacuum_enabled',
      dropSql: `alter table ${name} set (autovacuum_enabled = false)`,
      rebuildSql: [rebuildSql],
      definition: undefined,
      tablespace: undefined,
    }
  })
}

/** Indexes first, for constraints adopt them; then unique and primary keys, for foreign keys need them; then the rest. */
export function rebuildOrder(strips: readonly Strip[]): Strip[] {
  const rank = (s: Strip) =>
    s.kind === 'index' ? 0 : s.kind === 'setting' ? 3 : s.definition?.startsWith('FOREIGN KEY') ? 2 : 1
  return [...strips].sort((a, b) => rank(a) - rank(b))
}

function comment(object: string, text: string | undefined): string | undefined {
  return text === undefined ? undefined : `comment on ${object} is ${literal(text)}`
}

function statements(...parts: readonly (string | undefined)[]): string[] {
  return parts.filter((part) => part !== undefined)
}
