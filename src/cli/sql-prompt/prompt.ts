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
  readonly input: NodeJS.ReadStream
}

/** Runs statements one after another; an error is shown and the next one runs. Counts what failed. */
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

  async run(statements: readonly string[]): Promise<void> {
    for (const statement of statements) {
      try {
        const answers = await execute(this.#sql, statement, (cancel) => {
          this.#cancel = cancel
        })
        if (this.#out.json) this.results.push(...answers)
        for (const answer of answers) this.#out.print(renderResult(answer))
      } catch (error) {
        const text = renderError(error, statement)
        this.errors.push(text)
        this.#out.note(text)
      } finally {
        this.#cancel = undefined
      }
    }
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

async function readLines(lines: Interface, { runner, database, out, terminal }: LoopOptions): Promise<void> {
  let typed = ''
  const ask = () => {
    lines.setPrompt(`${database}${typed === '' ? '=>' : '->'} `)
    if (terminal) lines.prompt()
  }
  lines.on('SIGINT', () => {
    if (runner.cancel()) return
    typed = ''
    // As if Ctrl-E, Ctrl-U had been typed: readline keeps the line otherwise.
    for (const name of ['e', 'u']) lines.write(null, { ctrl: true, name })
    out.note('')
    ask()
  })
  ask()
  for await (const line of lines) {
    if (typed === '' && line.trimStart().startsWith('\\')) {
      const asked = readBackslash(line, literal)
      if (asked.kind === 'quit') break
      if (asked.kind === 'queries') await runner.run(asked.statements)
      else out.note(asked.kind === 'help' ? HELP : 'No such command; \\? lists them.')
    } else {
      const { statements, rest } = splitStatements(`${typed}${typed === '' ? '' : '\n'}${line}`)
      typed = rest
      await runner.run(statements)
    }
    ask()
  }
  lines.close()
  // The last statement of a file may lack its semicolon.
  if (!terminal && typed !== '') await runner.run([typed])
}
