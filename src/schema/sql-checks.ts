import { displayName, GigarowError, isGigarowError, nearest, type QualifiedName } from '../kernel/index.ts'
import { deparse, type SqlNode, splitStatements } from '../sql/index.ts'
import type { SqlObjectDeclaration } from './sql-object.ts'

export type SqlKind =
  | 'function'
  | 'procedure'
  | 'trigger'
  | 'view'
  | 'policy'
  | 'rule'
  | 'domain'
  | 'type'
  | 'grant'
  | 'comment'

/** One statement of a user's, read. */
export interface SqlObject {
  readonly kind: SqlKind
  /** Unique among all: function public.touch(integer). */
  readonly key: string
  /** Without the semicolon and the comments before it. */
  readonly sql: string
}

type Read = Omit<SqlObject, 'sql'>

/** Reads it with PostgreSQL's own parser. Throws SCHEMA_INVALID with what is wrong. */
export async function readSqlObject({ label, text }: SqlObjectDeclaration): Promise<SqlObject> {
  const wrong = (why: string) => new GigarowError('SCHEMA_INVALID', `sqlObject('${label}'): ${why}`)
  const statements = await splitStatements(text, `sqlObject('${label}')`).catch((error: unknown) => {
    if (!isGigarowError(error) || error.code !== 'SQL_SYNTAX') throw error
    // It begins with the name that was handed over.
    throw new GigarowError('SCHEMA_INVALID', error.message)
  })
  const [first] = statements
  if (statements.length !== 1 || !first) {
    throw wrong(`it has ${statements.length} statements. Write one; make a sqlObject of each.`)
  }
  const read = await readNode(first.node)
  if (typeof read === 'string') throw wrong(read)
  return { ...read, sql: first.sql }
}

const ALLOWED =
  'A function, procedure, trigger, view, policy, rule, domain or composite type can be created here, and GRANT and COMMENT be said.'

async function readNode(node: SqlNode): Promise<Read | string> {
  if ('CreateFunctionStmt' in node) return readFunction(node.CreateFunctionStmt)
  if ('ViewStmt' in node) {
    return { kind: 'view', key: `view ${displayName(fromRange(node.ViewStmt.view))}` }
  }
  if ('CreateTrigStmt' in node) {
    const { trigname = '', relation, isconstraint: _ } = node.CreateTrigStmt
    return member('trigger', trigname, fromRange(relation))
  }
  if ('CreatePolicyStmt' in node) {
    return member('policy', node.CreatePolicyStmt.policy_name ?? '', fromRange(node.CreatePolicyStmt.table))
  }
  if ('RuleStmt' in node) {
    return member('rule', node.RuleStmt.rulename ?? '', fromRange(node.RuleStmt.relation))
  }
  if ('CreateDomainStmt' in node) return readType('domain', words(node.CreateDomainStmt.domainname))
  if ('CompositeTypeStmt' in node) {
    const { schemaname, relname = '' } = node.CompositeTypeStmt.typevar ?? {}
    return readType('type', schemaname ? [schemaname, relname] : [relname])
  }
  if ('GrantStmt' in node) return readGrant(node)
  if ('CommentStmt' in node) return readComment(node)
  return `it is ${nodeName(node)}. ${ALLOWED}`
}

function nodeName(node: SqlNode): string {
  const name = Object.keys(node)[0] ?? ''
  const declared: Readonly<Record<string, string>> = {
    CreateStmt: 'CREATE TABLE, which is declared with pgTable()',
    IndexStmt: 'CREATE INDEX, which is declared beside its table',
    CreateExtensionStmt: 'CREATE EXTENSION, which is declared with extension()',
    CreateStatsStmt: 'CREATE STATISTICS, which is declared with statistics()',
    CreateEnumStmt: 'CREATE TYPE … AS ENUM, which is declared with pgEnum()',
    CreateSchemaStmt: 'CREATE SCHEMA, which is declared with pgSchema()',
    CreateTableAsStmt: 'CREATE … AS, which is declared with pgMaterializedView()',
  }
  return declared[name] ?? `a statement of another kind (${name.replace(/Stmt$/, '')})`
}

function member(kind: 'trigger' | 'policy' | 'rule', name: string, table: QualifiedName): Read {
  return { kind, key: `${kind} ${name} on ${displayName(table)}` }
}

function readType(kind: 'domain' | 'type', parts: readonly string[]): Read {
  const name = { schema: parts.at(-2) ?? 'public', name: parts.at(-1) ?? '' }
  return { kind, key: `${kind} ${displayName(name)}` }
}

async function readFunction(
  fn: Extract<SqlNode, { CreateFunctionStmt: unknown }>['CreateFunctionStmt'],
): Promise<Read> {
  const kind = fn.is_procedure ? 'procedure' : 'function'
  const parts = words(fn.funcname)
  const name = { schema: parts.at(-2) ?? 'public', name: parts.at(-1) ?? '' }
  const parameters = (fn.parameters ?? []).flatMap((p) =>
    'FunctionParameter' in p ? [p.FunctionParameter] : [],
  )
  const types = parameters
    .filter(({ mode }) => mode !== 'FUNC_PARAM_OUT' && mode !== 'FUNC_PARAM_TABLE')
    .flatMap(({ argType }) => (argType ? [argType] : []))
  const drop = await deparse({
    DropStmt: {
      objects: [
        {
          ObjectWithArgs: {
            objname: [{ String: { sval: name.schema } }, { String: { sval: name.name } }],
            ...(types.length > 0
              ? {
                  objargs: types.map((TypeName) => ({ TypeName })),
                  objfuncargs: types.map((argType) => ({
                    FunctionParameter: { argType, mode: 'FUNC_PARAM_DEFAULT' as const },
                  })),
                }
              : {}),
          },
        },
      ],
      removeType: fn.is_procedure ? 'OBJECT_PROCEDURE' : 'OBJECT_FUNCTION',
      behavior: 'DROP_RESTRICT',
    },
  })
  const signature = drop.replace(/^DROP \w+ /i, '').replace(/^public\./, '')
  return { kind, key: `${kind} ${signature}` }
}

async function readGrant(node: Extract<SqlNode, { GrantStmt: unknown }>): Promise<Read | string> {
  if (!node.GrantStmt.is_grant) return 'it is a REVOKE. Leave the GRANT out instead, or write it by hand.'
  const { grant_option: _option, is_grant: _grant, ...rest } = node.GrantStmt
  const revoke = await deparse({ GrantStmt: { ...rest, behavior: 'DROP_RESTRICT' } })
  return {
    kind: 'grant',
    key: `grant ${revoke.replace(/^REVOKE\s+/i, '').replaceAll(/\s+/g, ' ')}`,
  }
}

async function readComment(node: Extract<SqlNode, { CommentStmt: unknown }>): Promise<Read> {
  const { comment: _text, ...rest } = node.CommentStmt
  const empty = await deparse({ CommentStmt: { ...rest } })
  const on = empty.replace(/^COMMENT ON /i, '').replace(/ IS NULL$/i, '')
  return { kind: 'comment', key: `comment on ${on}` }
}

function fromRange(range: { schemaname?: string; relname?: string } | undefined): QualifiedName {
  return { schema: range?.schemaname ?? 'public', name: range?.relname ?? '' }
}

function words(parts: readonly SqlNode[] | undefined): readonly string[] {
  return (parts ?? []).flatMap((part) => ('String' in part ? [part.String.sval ?? ''] : []))
}

/** "touch", which is no label; did you mean "touch_users"? */
export function unknownNeed(label: string, need: string, known: readonly string[]): string {
  const near = nearest(need, known)
  return `sqlObject('${label}') needs "${need}", which is the label of none${near ? `; did you mean "${near}"?` : '.'} Name a label, or hand over the object itself.`
}
