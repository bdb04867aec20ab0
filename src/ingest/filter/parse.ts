import { GigarowError } from '../../kernel/index.ts'
import { deparse, parse, parseOne, type SqlNode } from '../../sql/index.ts'
import { misfit } from '../errors.ts'
import type { Comparison } from './condition.ts'

/** A constant as it was written: `number` unquoted, `text` in quotes. */
export type Written = { readonly kind: 'number' | 'text'; readonly value: string }

/** A condition whose columns and constants nobody has looked up yet. */
export type Parsed =
  | { readonly kind: 'and' | 'or'; readonly of: readonly Parsed[] }
  | { readonly kind: 'not'; readonly of: Parsed }
  | { readonly kind: 'compare'; readonly column: string; readonly op: Comparison; readonly value: Written }
  | { readonly kind: 'in'; readonly column: string; readonly values: readonly Written[] }
  | { readonly kind: 'null'; readonly column: string }
  | { readonly kind: 'server' }

export interface ParsedWhere {
  readonly parsed: Parsed
  /** The expression as PostgreSQL's parser has understood it. */
  readonly sql: string
  readonly columns: readonly string[]
}

/** Reads what follows --where with PostgreSQL's own parser; only one expression is taken. Throws SQL_SYNTAX and IMPORT_MISFIT. */
export async function parseWhere(text: string): Promise<ParsedWhere> {
  const { stmts = [] } = await parse(`select where ${text}`, '--where')
  const node = stmts[0]?.stmt
  if (stmts.length !== 1 || node === undefined || !('SelectStmt' in node)) throw noExpression(text)
  const { whereClause, limitOption: _limit, op, ...others } = node.SelectStmt
  if (whereClause === undefined || op !== 'SETOP_NONE' || Object.keys(others).length > 0)
    throw noExpression(text)
  const columns = columnRefs(whereClause)
  if (mentions(whereClause, 'SubLink'))
    throw misfit('--where cannot hold a query: it is asked of one row at a time.', {
      hint: 'For the values of a list: --where-in column=file, a value a line.',
    })
  const forServer = {
    SelectStmt: { ...node.SelectStmt, whereClause: await withoutNot(whereClause) },
  } as SqlNode
  return { parsed: readNode(whereClause), sql: await written(forServer, text), columns }
}

/**
 * COPY … WHERE NOT a > 1 fails in PostgreSQL ("cache lookup failed for function 0"): what it makes of a negated operator lacks its
 * function. A CASE says the same, null included.
 */
async function withoutNot<T>(node: T): Promise<T> {
  const negation = (await parseOne('select case x when true then false when false then true end')) as Tree
  const template = firstTarget(negation)
  const rewrite = (value: unknown): unknown => {
    if (Array.isArray(value)) return value.map(rewrite)
    if (!isTree(value)) return value
    const inner = Object.fromEntries(Object.entries(value).map(([key, part]) => [key, rewrite(part)]))
    const bool = inner.BoolExpr
    if (!isTree(bool) || bool.boolop !== 'NOT_EXPR' || !Array.isArray(bool.args)) return inner
    return { CaseExpr: { ...template, arg: bool.args[0] } }
  }
  return rewrite(node) as T
}

function firstTarget(select: Tree): Tree {
  const [target] = (select.SelectStmt as { readonly targetList: readonly Tree[] }).targetList
  return (target!.ResTarget as { readonly val: { readonly CaseExpr: Tree } }).val.CaseExpr
}

function noExpression(text: string): GigarowError {
  return misfit(`--where takes one condition, not: ${text}`, {
    hint: 'For example: --where "generator_id in (1, 2) and power_output > 0".',
  })
}

async function written(node: SqlNode, text: string): Promise<string> {
  try {
    return (await deparse(node)).replace(/^select\s+where\s+/i, '')
  } catch (error) {
    throw new GigarowError('IMPORT_MISFIT', `The condition of --where cannot be written out: ${text}`, {
      cause: error,
    })
  }
}

type Tree = Readonly<Record<string, unknown>>

const isTree = (value: unknown): value is Tree => typeof value === 'object' && value !== null

function mentions(value: unknown, kind: string): boolean {
  if (!isTree(value)) return false
  return kind in value || Object.values(value).some((inner) => mentions(inner, kind))
}

/** Every column, without doubles. Throws for table.column: there is but one table. */
function columnRefs(value: unknown, found = new Set<string>()): readonly string[] {
  if (!isTree(value)) return [...found]
  const reference = value.ColumnRef
  if (isTree(reference)) {
    const name = columnName(value)
    if (name === undefined)
      throw misfit('--where names columns by their names alone, without a table and without *.')
    found.add(name)
  }
  for (const inner of Object.values(value)) columnRefs(inner, found)
  return [...found]
}

function columnName(node: unknown): string | undefined {
  const fields = isTree(node) && isTree(node.ColumnRef) ? node.ColumnRef.fields : undefined
  if (!Array.isArray(fields) || fields.length !== 1) return undefined
  return stringOf(fields[0])
}

function stringOf(node: unknown): string | undefined {
  const text = isTree(node) && isTree(node.String) ? node.String.sval : undefined
  return typeof text === 'string' ? text : undefined
}

const SERVER: Parsed = { kind: 'server' }

function readNode(node: unknown): Parsed {
  if (!isTree(node)) return SERVER
  if (isTree(node.BoolExpr)) return readBoolean(node.BoolExpr)
  if (isTree(node.NullTest)) return readNullTest(node.NullTest)
  if (isTree(node.A_Expr)) return readExpression(node.A_Expr)
  return SERVER
}

function readBoolean({ boolop, args }: Tree): Parsed {
  const parts = (Array.isArray(args) ? args : []).map(readNode)
  if (boolop === 'NOT_EXPR') return { kind: 'not', of: parts[0] ?? SERVER }
  return { kind: boolop === 'OR_EXPR' ? 'or' : 'and', of: parts }
}

function readNullTest({ arg, nulltesttype }: Tree): Parsed {
  const column = columnName(arg)
  if (column === undefined) return SERVER
  const isNull: Parsed = { kind: 'null', column }
  return nulltesttype === 'IS_NULL' ? isNull : { kind: 'not', of: isNull }
}

const FLIPPED: Readonly<Record<Comparison, Comparison>> = {
  '=': '=',
  '<>': '<>',
  '<': '>',
  '<=': '>=',
  '>': '<',
  '>=': '<=',
}

function readExpression({ kind, name, lexpr, rexpr }: Tree): Parsed {
  const operator = Array.isArray(name) && name.length === 1 ? stringOf(name[0]) : undefined
  if (kind === 'AEXPR_OP') return readComparison(operator, lexpr, rexpr)
  const column = columnName(lexpr)
  const list = isTree(rexpr) && isTree(rexpr.List) ? rexpr.List.items : undefined
  const values = (Array.isArray(list) ? list : []).map(constant)
  if (column === undefined || values.length === 0 || !values.every((value) => value !== undefined))
    return SERVER
  if (kind === 'AEXPR_IN') {
    const within: Parsed = { kind: 'in', column, values }
    return operator === '=' ? within : { kind: 'not', of: within }
  }
  if (kind !== 'AEXPR_BETWEEN' && kind !== 'AEXPR_NOT_BETWEEN') return SERVER
  const between: Parsed = {
    kind: 'and',
    of: [
      { kind: 'compare', column, op: '>=', value: values[0]! },
      { kind: 'compare', column, op: '<=', value: values[1]! },
    ],
  }
  return kind === 'AEXPR_BETWEEN' ? between : { kind: 'not', of: between }
}

function readComparison(operator: string | undefined, left: unknown, right: unknown): Parsed {
  if (operator === undefined || !(operator in FLIPPED)) return SERVER
  const op = operator as Comparison
  const [onLeft, onRight] = [columnName(left), columnName(right)]
  const column = onLeft ?? onRight
  const value = constant(onLeft === undefined ? left : right)
  if (column === undefined || value === undefined) return SERVER
  return { kind: 'compare', column, op: onLeft === undefined ? FLIPPED[op] : op, value }
}

/** The parser leaves out what is 0 or empty. */
function constant(node: unknown): Written | undefined {
  const value = isTree(node) ? node.A_Const : undefined
  if (!isTree(value)) return undefined
  if (isTree(value.ival)) return { kind: 'number', value: String(value.ival.ival ?? 0) }
  if (isTree(value.fval)) return { kind: 'number', value: String(value.fval.fval) }
  if (isTree(value.sval)) return { kind: 'text', value: String(value.sval.sval ?? '') }
  return undefined
}
