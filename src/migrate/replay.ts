import { errorCodeOf, inTransaction, isConnectionLost, type ReservedSql, SQLSTATE } from '../db/index.ts'
import { GigarowError, ident, isGigarowError, literal } from '../kernel/index.ts'
import {
  caretLines,
  codePointToIndex,
  type FileStatement,
  lineAndColumn,
  type SqlNode,
} from '../sql/index.ts'
import type { Script } from './script.ts'

export interface ReplayOptions {
  /** Roles that are named and not there are made, without any right, and go with the last scratch database. */
  readonly makeRoles: boolean
  readonly signal?: AbortSignal
}

/**
 * Runs a script on a scratch database. What reaches beyond it (roles, other databases, settings of the server) is left out:
 * the server may be somebody's. Throws SOURCE_FAILED with the place in the file and the server's message.
 */
export async function replay(session: ReservedSql, script: Script, options: ReplayOptions): Promise<void> {
  const sqls = script.statements.map(({ node }) => node)
  if (options.makeRoles) await ensureRoles(session, new Set(sqls.flatMap(rolesIn)))
  for (const { transaction, statements } of script.groups) {
    const all = async () => {
      for (const statement of statements.filter(({ node }) => !reachesBeyond(node)))
        await runOne(session, script, { statement, ...options })
    }
    await (transaction ? inTransaction(session, all) : all())
  }
  for (const what of ['session authorization', 'role', 'all']) await session.unsafe(`reset ${what}`)
}

async function runOne(
  session: ReservedSql,
  script: Script,
  { statement, signal }: ReplayOptions & { readonly statement: FileStatement },
): Promise<void> {
  if (signal?.aborted) throw new GigarowError('INTERRUPTED', 'Stopped; nothing was changed.')
  if (isDistribution(statement.node) && !(await hasCitus(session))) return
  try {
    await session.unsafe(statement.sql)
  } catch (error) {
    throw sourceFailed(error, script, statement)
  }
}

function sourceFailed(error: unknown, { text, path }: Script, { sql, offset }: FileStatement): unknown {
  const code = errorCodeOf(error)
  if (isGigarowError(error) || isConnectionLost(error) || code === SQLSTATE.DISK_FULL) return error
  const { message, position, detail, hint } = error as Error & Record<string, string | undefined>
  const inside = position === undefined ? 0 : codePointToIndex(sql, Number(position) - 1)
  const index = offset + inside
  const { line, column } = lineAndColumn(text, index)
  return new GigarowError(
    'SOURCE_FAILED',
    [
      `${path}:${line}:${column}: ${message}`,
      caretLines(text, index),
      ...(detail ? [`  ${detail}`] : []),
    ].join('\n'),
    {
      facts: { file: path, line, column, reason: message, ...(code ? { sqlstate: code } : {}) },
      cause: error,
      hint: hint ?? HINTS[code ?? ''] ?? 'It failed on a scratch database; nothing was changed.',
    },
  )
}

const HINTS: Readonly<Record<string, string>> = {
  '0A000':
    'An extension that the scratch server does not have: --scratch target or --scratch-url name a server that has it.',
  '58P01':
    'A file of an extension that the scratch server does not have: --scratch target or --scratch-url name a server that has it.',
}

const BEYOND = [
  'CreateRoleStmt',
  'AlterRoleStmt',
  'AlterRoleSetStmt',
  'DropRoleStmt',
  'GrantRoleStmt',
  'CreatedbStmt',
  'DropdbStmt',
  'AlterDatabaseStmt',
  'AlterDatabaseSetStmt',
  'AlterSystemStmt',
  'CreateTableSpaceStmt',
  'DropTableSpaceStmt',
  'CreateSubscriptionStmt',
  'AlterSubscriptionStmt',
  'DropSubscriptionStmt',
] as const

/** SELECT create_distributed_table(…): where the rows of a table are is no part of a scratch database. */
function isDistribution(node: SqlNode): boolean {
  if (!('SelectStmt' in node)) return false
  const { targetList = [], fromClause } = node.SelectStmt
  const [target] = targetList
  if (fromClause !== undefined || targetList.length !== 1 || !target || !('ResTarget' in target)) return false
  const call = target.ResTarget.val
  if (call === undefined || !('FuncCall' in call)) return false
  const last = call.FuncCall.funcname?.at(-1)
  return (
    last !== undefined &&
    'String' in last &&
    /^create_(distributed|reference)_table$/.test(last.String.sval ?? '')
  )
}

async function hasCitus(session: ReservedSql): Promise<boolean> {
  const rows = await session.unsafe(`select from pg_proc where proname = 'create_distributed_table'`)
  return rows.length > 0
}

function reachesBeyond(node: SqlNode): boolean {
  if ('GrantStmt' in node)
    return node.GrantStmt.objtype === 'OBJECT_DATABASE' || node.GrantStmt.objtype === 'OBJECT_TABLESPACE'
  if ('CommentStmt' in node)
    return ['OBJECT_ROLE', 'OBJECT_DATABASE', 'OBJECT_TABLESPACE'].includes(node.CommentStmt.objtype ?? '')
  return BEYOND.some((kind) => kind in node)
}

/** Every role that a statement names, wherever in its tree. */
export function rolesIn(node: unknown): readonly string[] {
  if (typeof node !== 'object' || node === null) return []
  if (Array.isArray(node)) return node.flatMap(rolesIn)
  return Object.entries(node).flatMap(([key, value]) => {
    if (key === 'CreateRoleStmt') return [(value as { role?: string }).role ?? '']
    if (key === 'rolename' && typeof value === 'string') return [value]
    return rolesIn(value)
  })
}

/** Marks the roles that may be dropped again. */
const ROLE_MARK = 'made by gigarow for a scratch database'

export async function ensureRoles(session: ReservedSql, names: ReadonlySet<string>): Promise<void> {
  const missing = await session<{ name: string }[]>`
    select name from unnest(${[...names].filter((n) => n !== '')}::text[]) as name
     where not exists (select from pg_roles where rolname = name)`
  for (const { name } of missing) {
    try {
      await session.unsafe(`create role ${ident(name)} nologin`)
      await session.unsafe(`comment on role ${ident(name)} is ${literal(ROLE_MARK)}`)
    } catch (error) {
      // Somebody else was faster.
      if (errorCodeOf(error) !== '42710' && errorCodeOf(error) !== '23505') throw error
    }
  }
}

/** Roles that no scratch database needs any more. */
export async function dropScratchRoles(sql: Pick<ReservedSql, 'unsafe'>): Promise<void> {
  const roles = await sql.unsafe<{ name: string }[]>(
    `select rolname as name from pg_roles r
      where shobj_description(r.oid, 'pg_authid') = ${literal(ROLE_MARK)}
        and not exists (select from pg_shdepend d where d.refclassid = 'pg_authid'::regclass and d.refobjid = r.oid)`,
  )
  for (const { name } of roles) await sql.unsafe(`drop role if exists ${ident(name)}`).catch(() => {})
}
