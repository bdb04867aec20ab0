import type { Plan, PlanStatement } from '../diff/index.ts'
import { nameParts } from '../kernel/index.ts'
import { groupStatements } from '../sql/index.ts'

/** Neighbours that share a transaction, or one statement by itself. */
export interface PlanGroup {
  readonly runs: PlanStatement['runs']
  readonly statements: readonly PlanStatement[]
}

export function groupsOf(statements: readonly PlanStatement[]): readonly PlanGroup[] {
  const groups = groupStatements(statements, ({ runs }) => (runs === 'alone' ? 'apart' : 'together'))
  return groups.map((group) => ({ runs: group.statements[0]!.runs, statements: group.statements }))
}

/** Plain SQL that psql runs as `--apply` would: transactions, timeouts, and above each statement what is to be known of it. */
export function planText({ statements }: Plan, header: readonly string[] = []): string {
  const head = [...header, 'Stop at the first error: psql -v ON_ERROR_STOP=1 -f FILE'].map(
    (line) => `-- ${line}\n`,
  )
  return [head.join(''), ...groupsOf(statements).map(groupText)].join('\n')
}

function groupText({ runs, statements }: PlanGroup): string {
  const local = runs === 'transaction'
  let timeouts = ''
  const body = statements.map((statement) => {
    const set = timeoutText(statement, local)
    const text = `${set === timeouts ? '' : set}${statementText(statement)}`
    timeouts = set
    return text
  })
  return local
    ? `BEGIN;\n${body.join('\n')}COMMIT;\n`
    : `${body.join('\n')}RESET lock_timeout;\nRESET statement_timeout;\n`
}

/** What waits for the end of other transactions and blocks nobody meanwhile must not give up: it would leave an invalid index. */
function lockTimeoutOf({ sql, lockTimeout }: PlanStatement): number {
  const words = sql.replaceAll(/"(?:[^"]|"")*"|'(?:[^']|'')*'/g, '')
  return /\bCONCURRENTLY\b/i.test(words) ? 0 : lockTimeout
}

function timeoutText(statement: PlanStatement, local: boolean): string {
  const { statementTimeout = 0 } = statement
  const set = local ? 'SET LOCAL' : 'SET'
  return `${set} lock_timeout = ${lockTimeoutOf(statement)};\n${set} statement_timeout = ${statementTimeout};\n`
}

/** A statement under its comments: what it is for, what it locks, what is dangerous about it. */
function statementText(statement: PlanStatement): string {
  return `${notesOf(statement)
    .map((line) => `-- ${line}\n`)
    .join('')}${statement.sql};\n`
}

/** The lines above a statement. */
export function notesOf({ comment, locks, hazards }: Omit<PlanStatement, 'sql'>): readonly string[] {
  const notes = [
    ...(comment === undefined ? [] : [comment]),
    ...lockNotes(locks),
    ...hazards.map(
      ({ severity, text, rule }) =>
        `${severity === 'notice' ? 'note' : `DANGER (${severity})`}: ${text} [${rule}]`,
    ),
  ]
  return notes.flatMap((note) => note.split('\n'))
}

/** Of a table with a thousand partitions nobody reads a thousand lines. */
const NAMED = 6

function lockNotes(locks: PlanStatement['locks']): readonly string[] {
  const modes = [...new Set(locks.map(({ mode }) => mode))]
  return modes.map((mode) => {
    const names = locks.filter((lock) => lock.mode === mode).map(({ relation }) => relation)
    const rest = names.length - NAMED
    const shown = rest > 1 ? `${names.slice(0, NAMED).join(', ')} and ${rest} more` : names.join(', ')
    return `locks ${shown}: ${mode}`
  })
}

function namesOf(relation: string) {
  const [schema, name] = ['public', ...(nameParts(relation) ?? [relation])].slice(-2)
  return { schema: schema!, name: name! }
}

/** The plan as programs read it. */
export function planJson({ statements, refusals }: Plan) {
  return {
    statements: statements.map((s) => ({
      sql: s.sql,
      runs: s.runs,
      locks: s.locks.map(({ relation, mode }) => ({ relation: namesOf(relation), mode })),
      lockTimeout: lockTimeoutOf(s),
      statementTimeout: s.statementTimeout ?? null,
      hazards: s.hazards,
      reverse: s.reverse,
      ...(s.comment === undefined ? {} : { comment: s.comment }),
    })),
    refusals,
  }
}
