import { displayName, plainIdent, plainName, type QualifiedName } from '../../kernel/index.ts'
import { classify, droppedObjects, relationName, type SqlNode } from '../../sql/index.ts'
import { everyStatement, type Hit, type Judged } from '../rule.ts'
import { commandsOf, find, type Node, partitionOf, relationsOf } from '../tree.ts'

export const FILE_RULES = [
  everyStatement((_, { statement }) =>
    longNames(statement.sql).map((name) => ({
      rule: 'identifier-too-long',
      facts: { old: name, new: Buffer.from(name).subarray(0, 63).toString() },
    })),
  ),

  everyStatement((_, context) => {
    const table = lockedTables(context.statement.node).find((name) => context.live(name) !== undefined)
    if (table === undefined) return []
    const facts = { table: plainName(table) }
    const hits: Hit[] = []
    if (!isSet(context.before, 'lock_timeout')) hits.push({ rule: 'missing-lock-timeout', facts })
    if (!isSet(context.before, 'statement_timeout')) hits.push({ rule: 'missing-statement-timeout', facts })
    return hits
  }),

  everyStatement((node, context) => {
    if (!isSetting(node, 'lock_timeout') || !isOff(node)) return []
    const end = context.after.findIndex((other) => isSetting(other.node, 'lock_timeout'))
    const under = end === -1 ? context.after : context.after.slice(0, end)
    const made = under.flatMap(({ node: one }) =>
      'CreateStmt' in one ? [displayName(relationName(one.CreateStmt.relation))] : [],
    )
    const table = under
      .filter((other) => !waitsAlone(other.node))
      .flatMap((other) => lockedTables(other.node))
      .find((name) => context.live(name) !== undefined && !made.includes(displayName(name)))
    return table === undefined ? [] : [{ rule: 'lock-timeout-off', facts: { table: plainName(table) } }]
  }),

  everyStatement((node) => unqualified(node).map((name) => ({ rule: 'missing-schema', facts: { name } }))),

  everyStatement((node, { before, after, statement }) => {
    const alone = [...before, statement, ...after].some((other) => classify(other.node) === 'alone')
    const facts = alone ? notRepeatable(node) : undefined
    return facts === undefined ? [] : [{ rule: 'not-repeatable', facts }]
  }),
]

/** Names, as written: strings, dollar quotes and comments are passed over. */
function longNames(sql: string): readonly string[] {
  const tokens = sql.matchAll(
    /'(?:[^']|'')*'|\$(\w*)\$[\s\S]*?\$\1\$|--[^\n]*|\/\*[\s\S]*?\*\/|"((?:[^"]|"")+)"|([\p{L}_][\p{L}\p{N}_$]*)/gu,
  )
  const names = [...tokens].map(([, , quoted, plain]) => quoted?.replaceAll('""', '"') ?? plain ?? '')
  return [...new Set(names.filter((name) => Buffer.byteLength(name) > 63))]
}

/** Tables that a statement locks so that others wait. */
function lockedTables(node: SqlNode): readonly QualifiedName[] {
  if ('AlterTableStmt' in node) return [relationName(node.AlterTableStmt.relation)]
  if ('IndexStmt' in node) return [relationName(node.IndexStmt.relation)]
  if ('RenameStmt' in node && node.RenameStmt.relation) return [relationName(node.RenameStmt.relation)]
  if ('TruncateStmt' in node) return relationsOf(node.TruncateStmt.relations)
  return droppedObjects(node, 'OBJECT_TABLE')
}

function isSet(before: readonly Judged[], name: string): boolean {
  return before.some(({ node }) => isSetting(node, name))
}

function isSetting(node: SqlNode, name: string): boolean {
  return 'VariableSetStmt' in node && node.VariableSetStmt.name === name
}

/** lock_timeout = 0, '0', '0ms'. */
function isOff(node: SqlNode): boolean {
  const [value] = find(node, 'A_Const')
  if (value === undefined) return false
  return value.sval === undefined
    ? (value.ival?.ival ?? 0) === 0
    : /^\s*0+\s*[a-z]*\s*$/i.test(value.sval.sval ?? '')
}

/** CONCURRENTLY and VALIDATE: while it waits, others go on. */
function waitsAlone(node: SqlNode): boolean {
  if ('IndexStmt' in node) return node.IndexStmt.concurrent === true
  if (!('AlterTableStmt' in node)) return false
  return commandsOf(node.AlterTableStmt).every(
    (cmd) => cmd.subtype === 'AT_ValidateConstraint' || partitionOf(cmd)?.concurrent === true,
  )
}

function unqualified(node: SqlNode): readonly string[] {
  return relationsIn(node).flatMap(({ schemaname, relname = '', relpersistence }) =>
    schemaname === undefined && relpersistence !== 't' ? [plainIdent(relname)] : [],
  )
}

function relationsIn(node: SqlNode): readonly Node<'RangeVar'>[] {
  const one = (relation: Node<'RangeVar'> | undefined) => (relation === undefined ? [] : [relation])
  if ('CreateStmt' in node) return one(node.CreateStmt.relation)
  if ('AlterTableStmt' in node) return one(node.AlterTableStmt.relation)
  if ('IndexStmt' in node) return one(node.IndexStmt.relation)
  if ('ViewStmt' in node) return one(node.ViewStmt.view)
  if ('CreateTableAsStmt' in node) return one(node.CreateTableAsStmt.into?.rel)
  if ('RenameStmt' in node) return one(node.RenameStmt.relation)
  return []
}

function notRepeatable(node: SqlNode): { readonly kind: string; readonly name: string } | undefined {
  if ('CreateStmt' in node && node.CreateStmt.if_not_exists !== true)
    return { kind: 'CREATE TABLE', name: 'IF NOT EXISTS' }
  if ('DropStmt' in node && node.DropStmt.missing_ok !== true) return { kind: 'DROP', name: 'IF EXISTS' }
  if (!('AlterTableStmt' in node)) return undefined
  const cmd = commandsOf(node.AlterTableStmt).find(({ missing_ok }) => missing_ok !== true)
  if (cmd?.subtype === 'AT_AddColumn') return { kind: 'ADD COLUMN', name: 'IF NOT EXISTS' }
  return cmd?.subtype === 'AT_DropColumn' ? { kind: 'DROP COLUMN', name: 'IF EXISTS' } : undefined
}
