import type { Plan, PlanStatement } from '../diff/index.ts'
import { classify, NEW_TRANSACTION, parseOne, placeOfNode, relationName, type SqlNode } from '../sql/index.ts'
import { notesOf } from './plan-text.ts'

/** The files of a migration. */
export interface MigrationText {
  readonly sql: string
  readonly downSql: string | undefined
  /** Why there is no down.sql. */
  readonly noWayBack: readonly string[]
}

/** The plan as the runner takes it: in one transaction where that is possible, else step by step. */
export async function migrationText(plan: Plan, name: string): Promise<MigrationText> {
  const steps = await stepsOf(plan.statements)
  const reasons = plan.statements.flatMap(({ reverse }) => ('none' in reverse ? [reverse.none] : []))
  const noWayBack = [...new Set(reasons)]
  const back = noWayBack.length === 0 ? await wayBackOf(plan) : []
  return {
    sql: fileText([name], steps),
    downSql: back.length === 0 ? undefined : fileText([`Takes ${name} back.`], back),
    noWayBack,
  }
}

/** What takes a plan back, in the order in which it runs. */
export function reversesOf({ statements }: Pick<Plan, 'statements'>): readonly string[] {
  return statements.toReversed().flatMap(({ reverse }) => ('none' in reverse ? [] : reverse.sql))
}

interface Line {
  readonly sql: string
  readonly node: SqlNode
  readonly notes: readonly string[]
}

/** What commits together. */
interface Step {
  /** It reads or writes every row, or the server wants it outside of any transaction. */
  readonly alone: boolean
  readonly lines: readonly Line[]
}

interface Planned extends Line {
  readonly alone: boolean
  readonly locks: boolean
}

async function stepsOf(statements: readonly PlanStatement[]): Promise<readonly Step[]> {
  const planned = await Promise.all(
    statements.map(async (statement): Promise<Planned> => {
      const node = await parseOne(statement.sql)
      const locks = statement.locks.length > 0
      // What reads only tables that the migration has made keeps nobody out.
      const alone = statement.runs === 'alone' && (locks || classify(node) === 'alone')
      return { sql: statement.sql, node, notes: notesOf(statement), alone, locks: locks || alone }
    }),
  )
  const reads = new Set(statements.flatMap(({ runs }, i) => (runs === 'alone' ? [planned[i]!] : [])))
  const steps: { alone: boolean; lines: Planned[] }[] = []
  for (const line of planned) {
    const last = steps.at(-1)
    const fits = last && (!reads.has(line) || !last.lines.some(({ locks }) => locks))
    const mayLock = last && (!line.locks || !last.lines.some((l) => reads.has(l)))
    if (last && !last.alone && !line.alone && fits && mayLock) last.lines.push(line)
    else steps.push({ alone: line.alone, lines: [line] })
  }
  return steps
}

async function wayBackOf(plan: Plan): Promise<readonly Step[]> {
  const steps: { alone: boolean; lines: Line[] }[] = []
  for (const sql of reversesOf(plan)) {
    const node = await parseOne(sql)
    const alone = readsRows(node)
    const last = steps.at(-1)
    if (last && !last.alone && !alone) last.lines.push({ sql, node, notes: [] })
    else steps.push({ alone, lines: [{ sql, node, notes: [] }] })
  }
  return steps
}

/** Of a way back nobody says how it runs: what may take long does not keep the locks of others. */
function readsRows(node: SqlNode): boolean {
  return placeOfNode(node) !== 'together' || 'CreateTableAsStmt' in node
}

function fileText(header: readonly string[], steps: readonly Step[]): string {
  const head = steps.length > 1 ? [...header, STEPWISE] : header
  const texts = steps.map((step, i) => `${mark(steps[i - 1], step)}${linesText(step.lines)}`)
  return [head.map((line) => `-- ${line}\n`).join(''), ...texts].join('\n')
}

const STEPWISE = 'Runs in several transactions; interrupted, it goes on where it stopped.'

/** Where the runner would not end a transaction by itself. */
function mark(before: Step | undefined, { lines }: Step): string {
  const edges = before === undefined ? [] : [before.lines.at(-1)!, lines[0]!]
  const joined = edges.length > 0 && edges.every(({ node }) => placeOfNode(node) === 'together')
  return joined ? `${NEW_TRANSACTION}\n` : ''
}

/** A blank line between two, but not between those that say the same of one table after the other. */
function linesText(lines: readonly Line[]): string {
  return lines
    .map((line, i) => {
      const before = lines[i - 1]
      const kin = before && kinOf(line.node)
      const close = kin !== undefined && line.notes.length === 0 && kin === kinOf(before!.node)
      const gap = before === undefined || (close && isOneLine(line) && isOneLine(before)) ? '' : '\n'
      return `${gap}${line.notes.map((note) => `-- ${note}\n`).join('')}${line.sql};\n`
    })
    .join('')
}

const isOneLine = ({ sql }: Line): boolean => !sql.includes('\n')

/** Partitions of one table, indexes of one table, schemas, comments. */
function kinOf(node: SqlNode): string | undefined {
  if ('CreateStmt' in node && node.CreateStmt.partbound !== undefined) return 'partition'
  if ('IndexStmt' in node && !node.IndexStmt.concurrent) {
    const { schema, name } = relationName(node.IndexStmt.relation)
    return `index ${schema}.${name}`
  }
  const kind = Object.keys(node)[0]!
  return ['CreateSchemaStmt', 'CommentStmt', 'CreateExtensionStmt', 'GrantStmt', 'DropStmt'].includes(kind)
    ? kind
    : undefined
}
