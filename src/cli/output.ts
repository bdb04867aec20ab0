import pc from 'picocolors'
import type { GigarowError } from '../kernel/index.ts'

export interface Streams {
  readonly stdout: NodeJS.WriteStream
  readonly stderr: NodeJS.WriteStream
}

export interface OutputOptions {
  readonly json: boolean
  readonly color: boolean
  readonly streams: Streams
}

export type Colors = ReturnType<typeof pc.createColors>

/**
 * The only place that prints. Results go to stdout; notes, progress and errors to stderr. With --json stdout gets exactly
 * one JSON document on one line, and stderr nothing.
 */
export class Output {
  readonly json: boolean
  readonly colors: Colors
  /** Whether a line of progress may be redrawn in place. */
  readonly live: boolean
  /** No notes: for a command that restarts a server twenty times and has progress of its own. */
  quiet = false
  readonly #streams: Streams

  constructor({ json, color, streams }: OutputOptions) {
    this.json = json
    this.#streams = streams
    this.colors = pc.createColors(color && !json)
    this.live = !json && streams.stderr.isTTY === true
  }

  get columns(): number {
    return this.#streams.stderr.columns ?? 100
  }

  get stderr(): NodeJS.WriteStream {
    return this.#streams.stderr
  }

  /** The result for people; silent with --json. */
  print(text: string): void {
    if (!this.json) this.#streams.stdout.write(`${text}\n`)
  }

  /** The result for programs; silent without --json. */
  document(value: unknown): void {
    if (this.json) this.#streams.stdout.write(`${JSON.stringify(value)}\n`)
  }

  /** Something to know that is not the result. */
  note(text: string): void {
    if (!this.quiet) this.progress(text)
  }

  progress(text: string): void {
    if (!this.json) this.#streams.stderr.write(`${text}\n`)
  }

  error(error: GigarowError, { stack = false }: { stack?: boolean } = {}): void {
    if (this.json) {
      this.document({ error: error.toJSON() })
      return
    }
    const { red, bold, dim } = this.colors
    const lines = [`${red(bold('error'))} ${error.message} ${dim(`[${error.code}]`)}`]
    if (error.hint !== undefined) lines.push(`${bold('→')} ${error.hint}`)
    if (stack && error.cause instanceof Error && error.cause.stack) lines.push(dim(error.cause.stack))
    this.#streams.stderr.write(`${lines.join('\n')}\n`)
  }
}
