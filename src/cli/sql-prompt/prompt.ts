import { createInterface, type Interface } from 'node:readline'
import type { Sql } from '../../db/index.ts'
import { literal } from '../../kernel/index.ts'
import type { Output } from '../output.ts'
import { HELP, readBackslash } from './backslash.ts'
import { execute, type StatementResult } from './execute.ts'
import { renderError, renderResult } from './render.ts'
import { splitStatements } from './statements.ts'

export interface PromptOptions {
  readonly sql: Sql
  readonly database: string
  readonly out: Output
  readonly input: NodeJS.ReadableStream & { readonly isTTY?: boolean }
  /** For the places of errors in a script: its path. */
  readonly label: string
}

/** A statement of a script, and the line that it begins in. */
interface Placed {
  readonly text: string
  readonly place?: { readonly label: string; readonly line: number }
}

/** Runs statements one after another and keeps what failed. */
export class SqlRunner {
  readonly results: StatementResult[] = []
  readonly errors: string[] = []
  readonly #sql: Sql
  readonly #out: Output
  #cancel: (() => void) | undefined

  constructor({ sql, out }: Pick<PromptOptions, 'sql' | 'out'>) {
    this.#sql = sql
    this.#out = out
  }

  /** Goes on after an error; a script stops there, and false comes back. */
  async run(statements: readonly (string | Placed)[]): Promise<boolean> {
    for (const one of statements) {
      const { text: statement, place } = typeof one === 'string' ? { text: one } : one
      try {
        const answers = await execute(this.#sql, statement, (cancel) => {
          this.#cancel = cancel
        })
        if (this.#out.json) this.results.push(...answers)
        for (const answer of answers) this.#out.print(renderResult(answer))
      } catch (error) {
        const text = renderError(error, statement, place)
        this.errors.push(text)
        this.#out.note(text)
        if (place !== undefined) return false
      } finally {
        this.#cancel = undefined
      }
    }
    return true
  }

  /** Returns false when nothing runs. */
  cancel(): boolean {
    this.#cancel?.()
    return this.#cancel !== undefined
  }
}

/** Reads statements from a terminal or a pipe until its end or \q. */
export async function sqlPrompt(options: PromptOptions): Promise<SqlRunner> {
  const runner = new SqlRunner(options)
  const terminal = options.input.isTTY === true && options.out.live
  const lines = createInterface({
    input: options.input,
    ...(terminal ? { output: options.out.stderr } : {}),
    terminal,
  })
  if (terminal) options.out.note('A small SQL prompt; psql is not installed. \\? for help, \\q to quit.')
  await readLines(lines, { ...options, runner, terminal })
  return runner
}

interface LoopOptions extends PromptOptions {
  readonly runner: SqlRunner
  readonly terminal: boolean
}

async function readLines(lines: Interface, loop: LoopOptions): Promise<void> {
  const { runner, database, out, terminal } = loop
  const script = new Script(loop)
  const ask = () => {
    lines.setPrompt(`${database}${script.typed === '' ? '=>' : '->'} `)
    if (terminal) lines.prompt()
  }
  lines.on('SIGINT', () => {
    if (runner.cancel()) return
    script.forget()
    // As if Ctrl-E, Ctrl-U had been typed: readline keeps the line otherwise.
    for (const name of ['e', 'u']) lines.write(null, { ctrl: true, name })
    out.note('')
    ask()
  })
  ask()
  let goesOn = true
  for await (const line of lines) {
    goesOn = await script.read(line)
    if (!goesOn) break
    ask()
  }
  lines.close()
  if (goesOn) await script.end()
}

/** Lines become statements; in a script each knows its place. */
class Script {
  typed = ''
  /** Of the line that `typed` begins with. */
  #first = 1
  #line = 0
  readonly #loop: LoopOptions

  constructor(loop: LoopOptions) {
    this.#loop = loop
  }

  forget(): void {
    this.typed = ''
  }

  /** False: no further line. */
  async read(line: string): Promise<boolean> {
    const { runner, out } = this.#loop
    this.#line++
    if (this.typed === '' && line.trimStart().startsWith('\\')) {
      const asked = readBackslash(line, literal)
      if (asked.kind === 'quit') return false
      if (asked.kind === 'queries') return runner.run(this.#placed(asked.statements, line))
      out.note(asked.kind === 'help' ? HELP : 'No such command; \\? lists them.')
      return true
    }
    if (this.typed === '') this.#first = this.#line
    const text = `${this.typed}${this.typed === '' ? '' : '\n'}${line}`
    const { statements, rest } = splitStatements(text)
    const placed = this.#placed(statements, text)
    this.#first += newlines(text.slice(0, text.length - rest.length))
    this.typed = rest
    return runner.run(placed)
  }

  /** The last statement of a file may lack its semicolon. */
  async end(): Promise<void> {
    const { terminal, runner } = this.#loop
    if (!terminal && this.typed !== '') await runner.run(this.#placed([this.typed], this.typed))
  }

  #placed(statements: readonly string[], text: string): readonly Placed[] {
    const { terminal, label } = this.#loop
    if (terminal) return statements.map((statement) => ({ text: statement }))
    let at = 0
    return statements.map((statement) => {
      const found = Math.max(at, text.indexOf(statement, at))
      at = found + statement.length
      const line = this.#first + newlines(text.slice(0, found))
      return { text: statement, place: { label, line: Math.min(line, this.#line) } }
    })
  }
}

function newlines(text: string): number {
  return text.split('\n').length - 1
}
