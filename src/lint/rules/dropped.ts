import { displayName, plainIdent, plainName, type QualifiedName } from '../../kernel/index.ts'
import type { HazardRule } from '../../model/index.ts'
import { relationName, type SqlNode } from '../../sql/index.ts'
import { alterRule, type Context, type Hit, rule } from '../rule.ts'
import { commandsOf, constraintOf, find, type Node, nameOf, relationsOf, strings } from '../tree.ts'

const ROUTINES: Readonly<Record<string, string>> = {
  OBJECT_FUNCTION: 'function',
  OBJECT_PROCEDURE: 'procedure',
  OBJECT_ROUTINE: 'routine',
  OBJECT_AGGREGATE: 'aggregate',
}

const DROPS: Readonly<Record<string, HazardRule>> = {
  OBJECT_VIEW: 'drop-view',
  OBJECT_SEQUENCE: 'drop-sequence',
  OBJECT_TYPE: 'drop-type',
  OBJECT_DOMAIN: 'drop-type',
}

/** Their names come behind the name of their table. */
const MEMBERS: Readonly<Record<string, HazardRule>> = {
  OBJECT_TRIGGER: 'drop-trigger',
  OBJECT_POLICY: 'drop-policy',
  OBJECT_RULE: 'drop-rule',
}

const EVENTS: Readonly<Record<string, string>> = {
  CMD_INSERT: 'INSERT',
  CMD_UPDATE: 'UPDATE',
  CMD_DELETE: 'DELETE',
}

export const DROPPED_RULES = [
  rule('DropStmt', ({ removeType = '', objects }, context) => {
    const routine = ROUTINES[removeType]
    const drops = routine === undefined ? DROPS[removeType] : 'drop-routine'
    if (drops === undefined) return []
    return (objects ?? []).map(droppedName).flatMap((name): Hit[] => {
      if (isMadeHere(name, context)) return []
      const facts = { name: plainName(name), ...(routine === undefined ? {} : { kind: routine }) }
      return [{ rule: drops, facts }]
    })
  }),

  rule('DropStmt', ({ removeType = '', objects }, context) => {
    const drops = MEMBERS[removeType]
    if (drops === undefined) return []
    return (objects ?? []).flatMap((object): Hit[] => {
      const member = memberNamed(object)
      const { table, name } = member
      if (context.live(table) === undefined || isMemberMadeHere(member, context)) return []
      return [{ rule: drops, facts: { table: plainName(table), name: plainIdent(name) } }]
    })
  }),

  rule(
    'GrantStmt',
    ({ is_grant, grant_option, targtype, objects, objtype, privileges, grantees }, context) => {
      if (is_grant || grant_option || targtype !== 'ACL_TARGET_OBJECT' || objtype !== 'OBJECT_TABLE')
        return []
      const roles = find(grantees, 'RoleSpec').filter(({ roletype }) => roletype !== 'ROLESPEC_PUBLIC')
      const kinds = find(privileges, 'AccessPriv').map(({ priv_name: name = 'ALL' }) => name.toUpperCase())
      const kind = kinds.length === 0 ? 'every privilege' : kinds.join(', ')
      return relationsOf(objects)
        .filter((table) => context.live(table) !== undefined)
        .flatMap((table) =>
          roles.map(({ rolename = 'CURRENT_USER' }) => ({
            rule: 'revoke' as const,
            facts: { name: plainIdent(rolename), object: objectOf(table), kind },
          })),
        )
    },
  ),

  alterRule('AT_DisableRowSecurity', (_, { table, after }) => {
    const again = after.some(({ node }) => altersBy(node, table.name, 'AT_EnableRowSecurity'))
    return again ? [] : [{ rule: 'disable-row-security', facts: { table: plainName(table.name) } }]
  }),

  alterRule('AT_DropConstraint', ({ name = '' }, context) => {
    const { table, statement, after } = context
    // A check is known, and is dropped where NOT NULL has taken its place.
    const again = [statement, ...after].some(({ node }) => addsConstraint(node, table.name, name))
    if (again || table.checks.has(name)) return []
    return [
      { rule: 'drop-constraint', facts: { table: plainName(table.name), constraint: plainIdent(name) } },
    ]
  }),

  rule('RuleStmt', ({ relation, event = '', instead, actions }, context) => {
    const table = context.live(relationName(relation))
    const kind = EVENTS[event]
    if (table === undefined || kind === undefined || instead !== true) return []
    if ((actions ?? []).length > 0) return []
    return [{ rule: 'rule-discards', facts: { table: plainName(table.name), kind } }]
  }),
]

/** Types and routines are not named by plain lists. */
export function droppedName(object: SqlNode): QualifiedName {
  // A cast is named by two types.
  if ('List' in object) return nameOf(find(object.List.items, 'String').map((part) => ({ String: part })))
  if ('TypeName' in object) return nameOf(object.TypeName.names)
  if ('ObjectWithArgs' in object) return nameOf(object.ObjectWithArgs.objname)
  return nameOf([object])
}

/** Before: nobody uses it yet. After: it is made anew. */
function isMadeHere(name: QualifiedName, { before, after }: Context): boolean {
  return [...before, ...after].some(({ node }) => {
    const made = madeName(node)
    return made !== undefined && displayName(made) === displayName(name)
  })
}

function madeName(node: SqlNode): QualifiedName | undefined {
  if ('ViewStmt' in node) return relationName(node.ViewStmt.view)
  if ('CreateSeqStmt' in node) return relationName(node.CreateSeqStmt.sequence)
  if ('CreateFunctionStmt' in node) return nameOf(node.CreateFunctionStmt.funcname)
  if ('CreateEnumStmt' in node) return nameOf(node.CreateEnumStmt.typeName)
  if ('CreateDomainStmt' in node) return nameOf(node.CreateDomainStmt.domainname)
  if ('CreateRangeStmt' in node) return nameOf(node.CreateRangeStmt.typeName)
  return 'CompositeTypeStmt' in node ? relationName(node.CompositeTypeStmt.typevar) : undefined
}

function objectOf({ schema, name }: QualifiedName): string {
  return [schema, name].map(plainIdent).join('.')
}

interface Member {
  readonly table: QualifiedName
  readonly name: string
}

function memberNamed(object: SqlNode): Member {
  const parts = 'List' in object ? strings(object.List.items) : []
  return { table: { schema: parts.at(-3) ?? 'public', name: parts.at(-2) ?? '' }, name: parts.at(-1) ?? '' }
}

/** Before: nobody has relied on it. After: it has a successor. */
function isMemberMadeHere({ table, name }: Member, { before, after }: Context): boolean {
  return [...before, ...after].some(({ node }) => {
    const made = madeMember(node)
    return made?.name === name && displayName(made.table) === displayName(table)
  })
}

function madeMember(node: SqlNode): Member | undefined {
  if ('CreateTrigStmt' in node) {
    const { relation, trigname = '' } = node.CreateTrigStmt
    return { table: relationName(relation), name: trigname }
  }
  if ('CreatePolicyStmt' in node) {
    const { table, policy_name: name = '' } = node.CreatePolicyStmt
    return { table: relationName(table), name }
  }
  if (!('RuleStmt' in node)) return undefined
  return { table: relationName(node.RuleStmt.relation), name: node.RuleStmt.rulename ?? '' }
}

function altersBy(node: SqlNode, table: QualifiedName, subtype: string): boolean {
  if (!('AlterTableStmt' in node)) return false
  const alter: Node<'AlterTableStmt'> = node.AlterTableStmt
  if (displayName(relationName(alter.relation)) !== displayName(table)) return false
  return commandsOf(alter).some((cmd) => cmd.subtype === subtype)
}

function addsConstraint(node: SqlNode, table: QualifiedName, name: string): boolean {
  if (!('AlterTableStmt' in node)) return false
  const alter: Node<'AlterTableStmt'> = node.AlterTableStmt
  if (displayName(relationName(alter.relation)) !== displayName(table)) return false
  return commandsOf(alter).some((cmd) => constraintOf(cmd)?.conname === name)
}
