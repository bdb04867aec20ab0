import { formatBytes, formatRows, plainName } from '../kernel/index.ts'
import { type Catalog, type HazardRule, hazard, hazardEntry, type Severity } from '../model/index.ts'
import { type FileStatement, lineAndColumn, splitStatements } from '../sql/index.ts'
import { type Allowance, allows, readAllowances, unused } from './allowances.ts'
import { applyStatement } from './apply.ts'
import { worldOf } from './from-catalog.ts'
import type { Context, Hit, Judged } from './rule.ts'
import { RULES } from './rules.ts'
import { type BlockHit, judge } from './transactions.ts'
import { type KnownTable, sizeOf, World } from './world.ts'

export interface Finding {
  readonly rule: HazardRule
  readonly severity: Severity
  /** What it is about: public.orders, public.orders.legacy; left out where it is not one object. */
  readonly object?: string
  /** What is blocked or lost, until when, with the sizes of the tables where they are known. */
  readonly text: string
  readonly file: string
  /** Both from 1. */
  readonly line: number
  readonly column: number
  /** The statement, without its semicolon. */
  readonly statement: string
  /** What to write instead: SQL or a sentence. */
  readonly help: string
}

export interface LintOptions {
  /** The oldest server that the SQL is for, 14 to 18: advice is what works there. */
  readonly major: number
  /** The tables that are there already. */
  readonly catalog?: Catalog | undefined
  /** Rules that are off unless they are named here. */
  readonly enable?: readonly HazardRule[]
}

export interface SqlFile {
  /** For messages. */
  readonly file: string
  readonly text: string
}

/** Judges one file. Throws SQL_SYNTAX. */
export async function lintSql(
  text: string,
  { file, ...options }: LintOptions & { readonly file: string },
): Promise<readonly Finding[]> {
  return lintFiles([{ file, text }], options)
}

/** Judges files in the order in which they run: each knows the tables of those before it. Throws SQL_SYNTAX. */
export async function lintFiles(
  files: readonly SqlFile[],
  options: LintOptions,
): Promise<readonly Finding[]> {
  const world = options.catalog === undefined ? new World() : await worldOf(options.catalog)
  const findings: Finding[] = []
  for (const file of files) {
    world.nextFile()
    findings.push(...(await lintOne(file, world, options)))
  }
  return findings
}

async function lintOne(
  { file, text }: SqlFile,
  world: World,
  { major, enable = [] }: LintOptions,
): Promise<readonly Finding[]> {
  const statements = await splitStatements(text, file)
  const { judged, hits: blocks } = judge({ text, file }, statements)
  const allowances = readAllowances(text, statements)
  const isOn = (rule: HazardRule) => hazardEntry(rule).off !== true || enable.includes(rule)
  const at = (offset: number) => ({ file, ...lineAndColumn(text, offset) })
  const findings = judged.flatMap((statement, i) => {
    const hits = [...check(contextOf(judged, i, { world, major })), ...blockHits(blocks, i)]
    applyStatement(statement.node, world)
    return hits
      .filter(({ rule }) => isOn(rule) && !allows(allowances, i, rule))
      .map((hit) => ({ ...texts(hit), ...at(statements[i]!.offset), statement: statement.sql }))
  })
  const stale = unused(allowances, isOn)
    .filter(({ allowance }) => !allowsItself(allowances, allowance))
    .map(({ allowance, facts, variant }) => ({
      ...texts({ rule: 'unused-allow', facts, variant }),
      ...at(allowance.offset),
      statement: statementOf(statements, allowance),
    }))
  return [...findings, ...stale].sort((a, b) => a.line - b.line || a.column - b.column)
}

function contextOf(
  judged: readonly Judged[],
  i: number,
  { world, major }: Pick<Context, 'world' | 'major'>,
): Context {
  return {
    world,
    major,
    statement: judged[i]!,
    before: judged.slice(0, i),
    after: judged.slice(i + 1),
    live: (name) => {
      const table = world.table(name)
      return table.fresh ? undefined : table
    },
  }
}

function check(context: Context): readonly Hit[] {
  const { node } = context.statement
  return RULES.flatMap((rule) => {
    if (rule.on === '*') return rule.check(node as never, context)
    const body = (node as Readonly<Record<string, unknown>>)[rule.on]
    return body === undefined ? [] : rule.check(body as never, context)
  })
}

function blockHits(blocks: readonly BlockHit[], statement: number): readonly Hit[] {
  return blocks.filter((hit) => hit.statement === statement)
}

function statementOf(statements: readonly FileStatement[], { statement }: Allowance): string {
  return statement === undefined ? '' : (statements[statement]?.sql ?? '')
}

function allowsItself(allowances: readonly Allowance[], { statement }: Allowance): boolean {
  return allowances.some((a) => a.name === 'unused-allow' && a.statement === statement)
}

/** Below both, whoever waits for a table waits for a moment. */
const SMALL = { rows: 10_000, bytes: 10 * 1024 ** 2 }

function texts({
  rule,
  facts,
  variant,
  table,
}: Hit): Pick<Finding, 'rule' | 'severity' | 'object' | 'text' | 'help'> {
  const { severity, message, help, object } = hazard(rule, facts, { variant })
  const said = { rule, ...(object === undefined ? {} : { object }) }
  const size = table === undefined ? undefined : sizeOf(table)
  if (table === undefined || size === undefined) return { ...said, severity, text: message, help }
  const small = severity === 'lock' && (size.rows ?? 0) < SMALL.rows && size.bytes < SMALL.bytes
  const text = `${message} ${sizeText(table, size)}${small ? ': that is over in a moment.' : '.'}`
  return { ...said, severity: small ? 'notice' : severity, text, help }
}

/** orders holds 1.2B rows, 90 GB */
function sizeText({ name }: KnownTable, { rows, bytes }: NonNullable<KnownTable['size']>): string {
  const count = rows === undefined ? '' : `${formatRows(rows)} ${rows === 1 ? 'row' : 'rows'}, `
  return `${plainName(name)} holds ${count}${formatBytes(bytes)}`
}
