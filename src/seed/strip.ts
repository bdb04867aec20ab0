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
  /** Rebuilt in this order; side by side where isParallel() says so. */
  readonly stage: number
  /** As pg_get_indexdef() or pg_get_constraintdef() prints it. */
  readonly definition: string | undefined
  readonly tablespace: string | undefined
}

export const STAGE = {
  /** Before indexes: what is logged again is written once more, with all that is on it. */ logged: -1,
  index: 0,
  adopt: 1,
  /* parents, the deepest first: 2 to 99 */ parent: 99,
  foreignKey: 100,
  validate: 101,
  setting: 102,
} as const

/** Begins the names of the settings that are triggers. */
export const TRIGGER = 'trigger '

/** In the order of dropping: foreign keys, constraints and indexes, settings. */
export function planStrip(tables: readonly LiveTable[]): Strip[] {
  return [
    ...planForeignKeys(tables.flatMap((t) => t.foreignKeys)),
    ...tables.flatMap(stripIndexes),
    ...tables.flatMap(stripAutovacuum),
  ]
}

/** One between two tables of the same load is seen from both sides. */
export function planForeignKeys(keys: readonly LiveForeignKey[]): Strip[] {
  return [...new Map(keys.map((key) => [foreignKeyGroup(key), stripForeignKey(key)])).values()].flat()
}

/** Writing a table once more, indexes, and looking at every row for a foreign key: what takes long. */
export function isParallel(stage: number): boolean {
  return stage === STAGE.logged || stage === STAGE.index || stage === STAGE.validate
}

/** Whoever writes queues behind what waits for its lock. This may wait as long as it takes: it keeps writers out for long itself, or not at all. */
export function isPatient({ stage, name }: Pick<Strip, 'stage' | 'name'>): boolean {
  return stage === STAGE.index || stage === STAGE.validate || name === AUTOVACUUM
}

const AUTOVACUUM = 'autovacuum_enabled'

export function rebuildOrder<T extends Pick<Strip, 'stage'>>(strips: readonly T[]): T[] {
  return [...strips].sort((a, b) => a.stage - b.stage)
}

/** Whether what comes later would have to be done again if this has failed. */
export function isGroundwork(stage: number): boolean {
  return stage === STAGE.logged
}

/** How a table is to be logged again. */
export const PERSISTENCE = { kind: 'setting', name: 'persistence', stage: STAGE.logged } as const

export function foreignKeyGroup({ table, name }: LiveForeignKey): string {
  return `${qualified(table)} ${name}`
}

const NOT_VALID = ' NOT VALID'

function stripForeignKey(key: LiveForeignKey): Strip[] {
  const table = qualified(key.table)
  const name = ident(key.name)
  const base = {
    kind: 'constraint',
    table,
    name: key.name,
    group: foreignKeyGroup(key),
    tablespace: undefined,
  } as const
  // Adding locks both tables, validating neither against reads and writes; a partitioned one cannot do it in two steps before 18.
  const inTwo = key.plain && key.validated
  const definition = inTwo ? `${key.definition}${NOT_VALID}` : key.definition
  const whole: Strip = {
    ...base,
    dropSql: `alter table ${table} drop constraint ${name}`,
    rebuildSql: present(
      `alter table ${table} add constraint ${name} ${definition}`,
      comment(`constraint ${name} on ${table}`, key.comment),
    ),
    stage: STAGE.foreignKey,
    definition,
  }
  if (!inTwo) return [whole]
  const validate: Strip = {
    ...base,
    dropSql: undefined,
    rebuildSql: [`alter table ${table} validate constraint ${name}`],
    stage: STAGE.validate,
    definition: key.definition,
  }
  return [whole, validate]
}

/** A foreign key that is there and was to be validated, or the other way round: the same but for that. */
export function isSameButValid(found: string | undefined, wanted: string): boolean {
  return found !== undefined && (found === `${wanted}${NOT_VALID}` || `${found}${NOT_VALID}` === wanted)
}

/** Trees of indexes: a plain table's are of one node, a partitioned table's have a child on each partition. */
function indexTrees(table: LiveTable): LiveIndex[][] {
  const tree = (index: LiveIndex): LiveIndex[] => [index, ...childrenOf(table, index).flatMap(tree)]
  return table.indexes.filter((index) => index.parent === undefined).map(tree)
}

function childrenOf(table: LiveTable, index: LiveIndex): LiveIndex[] {
  return table.indexes.filter((other) => other.parent === index.oid)
}

function stripIndexes(table: LiveTable): Strip[] {
  return indexTrees(table)
    .filter(canDrop)
    .flatMap((nodes) =>
      nodes.flatMap((node) => stripNode(node, { root: nodes[0]!, children: childrenOf(table, node) })),
    )
}

/** Those that are not taken away, each by the one of its tree that is why. */
export function indexesThatStay(table: LiveTable): LiveIndex[] {
  return indexTrees(table).flatMap((tree) => tree.find((index) => !canDrop([index])) ?? [])
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
  const attach = family.children.map(
    (child) => `alter index ${name} attach partition ${ident(child.table.schema, child.name)}`,
  )
  const parentStage = STAGE.parent - index.level
  const { constraint } = index
  if (!constraint) {
    // pg_get_indexdef() of a partitioned index says ON ONLY: its children are there already, and are attached.
    const whole: Strip = {
      ...base,
      kind: 'index',
      dropSql: isRoot ? `drop index ${name}` : undefined,
      rebuildSql: [index.definition, ...attach, ...present(comment(`index ${name}`, index.comment))],
      stage: index.partitioned ? parentStage : STAGE.index,
      definition: index.definition,
    }
    // Marks lock the table: beside the builds of other indexes they would wait for those, or deadlock with them.
    const marks = tableMarks(index)
    if (marks.length === 0) return [whole]
    const mark: Strip = {
      ...base,
      kind: 'setting',
      dropSql: undefined,
      rebuildSql: marks,
      stage: Math.max(STAGE.adopt, whole.stage),
      definition: undefined,
    }
    return [whole, mark]
  }
  const extras = [
    ...present(
      comment(`index ${name}`, index.comment),
      comment(`constraint ${ident(constraint.name)} on ${table}`, constraint.comment),
    ),
    ...tableMarks(index),
  ]
  const add = (how: string) => `alter table only ${table} add constraint ${ident(constraint.name)} ${how}`
  const whole = {
    ...base,
    kind: 'constraint',
    dropSql: isRoot ? `alter table ${table} drop constraint ${ident(constraint.name)}` : undefined,
    definition: constraint.definition,
  } as const
  if (index.partitioned)
    return [{ ...whole, rebuildSql: [add(withOptions(index)), ...attach, ...extras], stage: parentStage }]
  if (constraint.type === 'exclusion')
    return [{ ...whole, rebuildSql: [add(withOptions(index)), ...extras], stage: STAGE.adopt }]
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

function tableMarks(index: LiveIndex): string[] {
  const alter = `alter table ${qualified(index.table)}`
  return present(
    index.replicaIdentity ? `${alter} replica identity using index ${ident(index.name)}` : undefined,
    index.clustered ? `${alter} cluster on ${ident(index.name)}` : undefined,
  )
}

/** pg_get_constraintdef() leaves the storage parameters of a key out; they stand before its timing. */
function withOptions({ constraint, options }: LiveIndex): string {
  const { definition } = constraint!
  if (options === undefined || definition.includes(' WITH (')) return definition
  const timing = / DEFERRABLE( INITIALLY DEFERRED)?$/.exec(definition)?.[0] ?? ''
  return `${definition.slice(0, definition.length - timing.length)} WITH (${options})${timing}`
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
      name: AUTOVACUUM,
      group: `${name} ${AUTOVACUUM}`,
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
