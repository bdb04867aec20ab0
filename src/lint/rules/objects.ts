import { displayName, plainIdent, plainName, type QualifiedName } from '../../kernel/index.ts'
import { LOCK_MODES } from '../../model/index.ts'
import { droppedObjects, relationName, type SqlNode } from '../../sql/index.ts'
import { alterRule, type Context, everyStatement, type Hit, rule } from '../rule.ts'
import {
  type AlterCmd,
  commandsOf,
  find,
  hasOption,
  type Node,
  nameOf,
  relationsOf,
  strings,
} from '../tree.ts'
import { droppedName } from './dropped.ts'

/** Weaker than SHARE lets everybody write. */
const BLOCKS_WRITES = LOCK_MODES.indexOf('SHARE')

export const OBJECT_RULES = [
  rule('DropStmt', (drop, context) => {
    const node = { DropStmt: drop }
    const tables = droppedObjects(node, 'OBJECT_TABLE')
    const views = droppedObjects(node, 'OBJECT_MATVIEW').filter((name) => context.live(name) !== undefined)
    const schemas = drop.removeType === 'OBJECT_SCHEMA' ? strings(drop.objects) : []
    return [
      ...tables.flatMap((name) => droppedTable(name, tables, context)),
      ...views.map((name): Hit => ({ rule: 'drop-matview', facts: { name: plainName(name) } })),
      ...schemas.map(
        (name): Hit => ({
          rule: 'drop-schema',
          facts: { name: `the schema ${plainIdent(name)}`, object: plainIdent(name) },
        }),
      ),
    ]
  }),

  rule('DropStmt', ({ removeType, objects, behavior }, context) => {
    const names = (objects ?? []).map(droppedName)
    const used = RELATIONS.has(removeType ?? '') ? names.filter((name) => context.live(name)) : names
    const extensions = removeType === 'OBJECT_EXTENSION' ? names : []
    return [
      ...extensions.map(({ name }): Hit => ({ rule: 'drop-extension', facts: { name: plainIdent(name) } })),
      ...(behavior === 'DROP_CASCADE' ? used.map((name) => cascade(plainName(name))) : []),
    ]
  }),

  rule('AlterTableStmt', (alter, context) => {
    const relation = relationName(alter.relation)
    if (alter.objtype === 'OBJECT_TABLE' && context.live(relation) === undefined) return []
    return commandsOf(alter)
      .filter(({ subtype, behavior }) => behavior === 'DROP_CASCADE' && CASCADING.has(subtype ?? ''))
      .map(({ name = '' }) => cascade(`${plainIdent(name)} of ${plainName(relation)}`))
  }),

  alterRule('AT_DisableTrigAll', (_, { table }) => [
    { rule: 'disable-triggers', facts: { table: plainName(table.name) } },
  ]),

  rule('DropOwnedStmt', ({ roles }) =>
    find(roles, 'RoleSpec').map((role) => ({
      rule: 'drop-schema',
      facts: { name: `this database that belongs to ${role.rolename ?? 'the role'}` },
    })),
  ),

  rule('DropdbStmt', ({ dbname }) => [{ rule: 'drop-database', facts: { name: plainIdent(dbname || '?') } }]),

  rule('TruncateStmt', ({ relations, behavior }, context) => {
    const tables = relationsOf(relations).filter((name) => context.live(name) !== undefined)
    const variant = behavior === 'DROP_CASCADE' ? 'cascade' : undefined
    const all = tables.map((name) => plainName(name)).join(', ')
    const table = tables.length === 1 ? context.live(tables[0]!) : undefined
    return tables.length === 0 ? [] : [{ rule: 'truncate', facts: { table: all }, variant, table }]
  }),

  rule('RenameStmt', (rename, context) => {
    const { renameType, relation, subname = '', newname = '' } = rename
    if (renameType === 'OBJECT_SCHEMA')
      return [{ rule: 'rename-schema', facts: { old: plainIdent(subname), new: plainIdent(newname) } }]
    if (!RENAMED.has(renameType ?? '')) return []
    const from = relationName(relation)
    return moved(from, { schema: from.schema, name: newname }, context)
  }),

  rule('AlterObjectSchemaStmt', ({ objectType, relation, newschema = '' }, context) => {
    if (!RENAMED.has(objectType ?? '')) return []
    const from = relationName(relation)
    return moved(from, { schema: newschema, name: from.name }, context)
  }),

  rewrites('AT_SetLogged', 'SET LOGGED'),
  rewrites('AT_SetUnLogged', 'SET UNLOGGED'),
  rewrites('AT_SetTableSpace', 'SET TABLESPACE'),
  rewrites('AT_SetAccessMethod', 'SET ACCESS METHOD'),
  rewrites('AT_SetExpression', 'SET EXPRESSION'),

  rule('VacuumStmt', ({ options, rels }, context) => {
    if (!hasOption(options, 'full')) return []
    const names = find(rels, 'VacuumRelation').map(({ relation }) => relationName(relation))
    return copied(names, 'VACUUM FULL', context)
  }),

  rule('ClusterStmt', ({ relation }, context) =>
    copied(relation === undefined ? [] : [relationName(relation)], 'CLUSTER', context),
  ),

  rule('RefreshMatViewStmt', ({ relation, concurrent, skipData }, context) => {
    const view = context.live(relationName(relation))
    if (view === undefined || concurrent === true || skipData === true) return []
    const name = plainName(view.name)
    const sql = `REFRESH MATERIALIZED VIEW CONCURRENTLY ${name};`
    return [{ rule: 'refresh-blocks-reads', facts: { name, sql }, table: view }]
  }),

  rule('LockStmt', ({ relations, mode = 8 }, context) => {
    // The parser's modes count from 1.
    const word = LOCK_MODES[mode - 1] ?? 'ACCESS EXCLUSIVE'
    const tables = relationsOf(relations).filter((name) => context.live(name) !== undefined)
    if (mode - 1 < BLOCKS_WRITES) return []
    return tables.map((name) => ({ rule: 'lock-table', facts: { table: plainName(name), mode: word } }))
  }),

  rule('AlterEnumStmt', ({ typeName, newVal = '', oldVal, newValNeighbor }, { statement }) => {
    const type = plainName(nameOf(typeName))
    if (oldVal) {
      const facts = { type, old: quote(oldVal), new: quote(newVal), object: type }
      return [{ rule: 'rename-enum-value', facts }]
    }
    if (newValNeighbor) return []
    const facts = { type, object: type, name: quote(newVal), sql: `${statement.sql} AFTER '…';` }
    return [{ rule: 'enum-value-order', facts }]
  }),

  everyStatement((node) => ('DoStmt' in node ? [{ rule: 'opaque-code', facts: {} }] : [])),
]

/** Known to be made by this file, where they are. */
const RELATIONS = new Set(['OBJECT_TABLE', 'OBJECT_MATVIEW'])

/** ADD ATTRIBUTE … CASCADE and the like take nothing along. */
const CASCADING = new Set(['AT_DropColumn', 'AT_DropConstraint'])

function cascade(name: string): Hit {
  return { rule: 'drop-cascade', facts: { name } }
}

const RENAMED = new Set(['OBJECT_TABLE', 'OBJECT_VIEW', 'OBJECT_MATVIEW'])

const quote = (value: string) => `'${value.replaceAll("'", "''")}'`

function droppedTable(
  name: QualifiedName,
  together: readonly QualifiedName[],
  context: Context,
): readonly Hit[] {
  const table = context.live(name)
  if (table === undefined) return []
  const { parent } = table
  const alone = parent !== undefined && !together.some((t) => displayName(t) === displayName(parent.name))
  // CONCURRENTLY is impossible next to a default partition; that is the business of detach-blocks.
  const facts = { table: plainName(name), ...(alone ? { parent: plainName(parent.name) } : {}) }
  return [{ rule: 'drop-table', facts, table, variant: alone ? 'partition' : undefined }]
}

/** Something of the old name that this file makes keeps old programs going. */
function moved(from: QualifiedName, to: QualifiedName, context: Context): readonly Hit[] {
  if (context.live(from) === undefined) return []
  if (context.after.some(({ node }) => makes(node, from))) return []
  const [old, next] = [plainName(from), plainName(to)]
  const sql = `${context.statement.sql};\nCREATE VIEW ${old} AS SELECT * FROM ${next};`
  return [{ rule: 'rename-table', facts: { old, new: next, sql } }]
}

function makes(node: SqlNode, name: QualifiedName): boolean {
  const made = (relation: Node<'RangeVar'> | undefined) =>
    displayName(relationName(relation)) === displayName(name)
  if ('ViewStmt' in node) return made(node.ViewStmt.view)
  if ('CreateStmt' in node) return made(node.CreateStmt.relation)
  if ('CreateTableAsStmt' in node) return made(node.CreateTableAsStmt.into?.rel)
  if (!('RenameStmt' in node) || !RENAMED.has(node.RenameStmt.renameType ?? '')) return false
  const { relation, newname = '' } = node.RenameStmt
  return displayName({ ...relationName(relation), name: newname }) === displayName(name)
}

function rewrites(subtype: NonNullable<AlterCmd['subtype']>, kind: string) {
  // On a partitioned table these only speak of partitions to come.
  return alterRule(subtype, (_, { table }) =>
    table.partitioned
      ? []
      : [{ rule: 'rewrite-table', facts: { table: plainName(table.name), kind }, table }],
  )
}

function copied(names: readonly QualifiedName[], kind: string, context: Context): readonly Hit[] {
  const advice = (name: string) =>
    `VACUUM (ANALYZE)${name};\n-- to give room back to the disk without blocking: pg_repack or pg_squeeze`
  if (names.length === 0) {
    return [{ rule: 'vacuum-full', facts: { table: 'any table of the database', kind, sql: advice('') } }]
  }
  return names.flatMap((name): Hit[] => {
    const table = context.live(name)
    const facts = { table: plainName(name), kind, sql: advice(` ${plainName(name)}`) }
    return table === undefined ? [] : [{ rule: 'vacuum-full', facts, table }]
  })
}
