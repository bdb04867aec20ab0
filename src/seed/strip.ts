import type { LiveForeignKey, LiveIndex, LiveTable } from '../catalog/index.ts'
import { ident, literal, qualified } from '../kernel/index.ts'

/**
 * What stands in the way of a fast load, as a plan: the statement that removes a thing and those that bring it back.
 * Measured at 10 M rows: loading into a table with its primary key and one text index runs at a tenth of the speed.
 */
export interface Strip {
  readonly kind: 'index' | 'constraint' | 'setting'
  /** Quoted and qualified. */
  readonly table: string
  readonly name: string
  /** Things that go together: when one of them cannot be dropped, all stay. */
  readonly group: string
  /** Undefined for what goes away with another of its group. */
  readonly dropSql: string | undefined
  readonly rebuildSql: readonly string[]
  /** Rebuilt in this order; those of stage 0 side by side. */
  readonly stage: number
  /** As pg_get_indexdef() or pg_get_constraintdef() prints it. */
  readonly definition: string | undefined
  readonly tablespace: string | undefined
}

const STAGE = {
  index: 0,
  adopt: 1,
  /* parents, the deepest first: 2 to 99 */ parent: 99,
  foreignKey: 100,
  setting: 101,
} as const

/** In the order of dropping: foreign keys, constraints and indexes, settings. */
export function planStrip(tables: readonly LiveTable[]): Strip[] {
  const foreignKeys = new Map<string, Strip>()
  for (const key of tables.flatMap((t) => t.foreignKeys)) {
    const strip = stripForeignKey(key)
    // One between two tables of the same load is seen from both sides.
    foreignKeys.set(strip.group, strip)
  }
  return [...foreignKeys.values(), ...tables.flatMap(stripIndexes), ...tables.flatMap(stripAutovacuum)]
}

export function rebuildOrder(strips: readonly Strip[]): Strip[] {
  return [...strips].sort((a, b) => a.stage - b.stage)
}

function stripForeignKey(key: LiveForeignKey): Strip {
  const table = qualified(key.table)
  return {
    kind: 'constraint',
    table,
    name: key.name,
    group: `${table} ${key.name}`,
    dropSql: `alter table ${table} drop constraint ${ident(key.name)}`,
    rebuildSql: present(
      `alter table ${table} add constraint ${ident(key.name)} ${key.definition}`,
      comment(`constraint ${ident(key.name)} on ${table}`, key.comment),
    ),
    stage: STAGE.foreignKey,
    definition: key.definition,
    tablespace: undefined,
  }
}

/** Trees of indexes: a plain table's are of one node, a partitioned table's have a child on each partition. */
function stripIndexes(table: LiveTable): Strip[] {
  const childrenOf = (index: LiveIndex) => table.indexes.filter((other) => other.parent === plainName(index))
  const tree = (index: LiveIndex): LiveIndex[] => [index, ...childrenOf(index).flatMap(tree)]
  const trees = table.indexes.filter((index) => index.parent === undefined).map(tree)
  return trees
    .filter(canDrop)
    .flatMap((nodes) =>
      nodes.flatMap((node) => stripNode(node, { root: nodes[0]!, children: childrenOf(node) })),
    )
}

/** What LiveIndex.parent names. */
function plainName(index: LiveIndex): string {
  return `${index.table.schema}.${index.name}`
}

/** An invalid index was not serving anybody, and column statistics of an expression index cannot be read back as SQL. */
function canDrop(tree: readonly LiveIndex[]): boolean {
  return tree.every((index) => index.valid && !index.hasStatistics)
}

interface Family {
  readonly root: LiveIndex
  readonly children: readonly LiveIndex[]
}

function stripNode(index: LiveIndex, family: Family): Strip[] {
  const table = qualified(index.table)
  const name = ident(index.table.schema, index.name)
  const base = {
    table,
    name: index.name,
    tablespace: index.tablespace,
    group: `${qualified(family.root.table)} ${family.root.name}`,
  }
  const isRoot = index === family.root
  const extras = present(
    comment(`index ${name}`, index.comment),
    index.replicaIdentity
      ? `alter table ${table} replica identity using index ${ident(index.name)}`
      : undefined,
    index.clustered ? `alter table ${table} cluster on ${ident(index.name)}` : undefined,
    index.constraint &&
      comment(`constraint ${ident(index.constraint.name)} on ${table}`, index.constraint.comment),
  )
  const attach = family.children.map(
    (child) => `alter index ${name} attach partition ${ident(child.table.schema, child.name)}`,
  )
  if (!index.constraint) {
    const dropSql = isRoot ? `drop index ${name}` : undefined
    const stage = index.partitioned ? STAGE.parent - index.level : STAGE.index
    // pg_get_indexdef() of a partitioned index says ON ONLY: its children are there already, and are attached.
    return [
      {
        ...base,
        kind: 'index',
        dropSql,
        rebuildSql: [index.definition, ...attach, ...extras],
        stage,
        definition: index.definition,
      },
    ]
  }
  const { constraint } = index
  const dropSql = isRoot ? `alter table ${table} drop constraint ${ident(constraint.name)}` : undefined
  const add = (how: string) => `alter table only ${table} add constraint ${ident(constraint.name)} ${how}`
  const whole = { ...base, kind: 'constraint', dropSql, definition: constraint.definition } as const
  if (index.partitioned)
    return [
      {
        ...whole,
        rebuildSql: [add(constraint.definition), ...attach, ...extras],
        stage: STAGE.parent - index.level,
      },
    ]
  if (constraint.type === 'exclusion')
    return [{ ...whole, rebuildSql: [add(constraint.definition), ...extras], stage: STAGE.adopt }]
  // Built as an index of its own, which runs beside other builds and keeps storage parameters, and then adopted.
  const timing = constraint.deferrable ? ` deferrable${constraint.deferred ? ' initially deferred' : ''}` : ''
  return [
    {
      ...whole,
      rebuildSql: [add(`${constraint.type} using index ${ident(index.name)}${timing}`), ...extras],
      stage: STAGE.adopt,
    },
    {
      ...base,
      kind: 'index',
      dropSql: undefined,
      rebuildSql: [index.definition],
      stage: STAGE.index,
      definition: index.definition,
    },
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
      group: `${name} autovacuum_enabled`,
      dropSql: `alter table ${name} set (autovacuum_enabled = false)`,
      rebuildSql: [rebuildSql],
      stage: STAGE.setting,
      definition: undefined,
      tablespace: undefined,
    }
  })
}

function comment(object: string, text: string | undefined): string | undefined {
  return text === undefined ? undefined : `comment on ${object} is ${literal(text)}`
}

function present(...parts: readonly (string | undefined)[]): string[] {
  return parts.filter((part) => part !== undefined)
}
