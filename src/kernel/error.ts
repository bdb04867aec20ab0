import { ERROR_CODES, type ErrorCode } from './codes.ts'

export type Facts = Readonly<
  Record<string, string | number | boolean | null | readonly string[] | readonly number[]>
>

export interface ErrorDetails {
  /** What a program would want to know, as plain JSON. Never a password. */
  readonly facts?: Facts
  /** The way out: what to do or to type next. */
  readonly hint?: string
  readonly cause?: unknown
}

/** The one error class that users see: a stable code, one sentence, the facts, the way out. */
export class GigarowError extends Error {
  override readonly name = 'GigarowError'
  readonly code: ErrorCode
  readonly facts: Facts
  readonly hint: string | undefined

  constructor(code: ErrorCode, message: string, details: ErrorDetails = {}) {
    super(message, details.cause === undefined ? undefined : { cause: details.cause })
    this.code = code
    this.facts = Object.freeze({ ...details.facts })
    this.hint = details.hint
  }

  /** The CLI's exit code for this error. */
  get exitCode(): number {
    return ERROR_CODES[this.code].exit
  }

  /** What `--json` prints, and what crosses from a worker thread. */
  toJSON(): { code: ErrorCode; message: string; facts: Facts; hint?: string } {
    return {
      code: this.code,
      message: this.message,
      facts: this.facts,
      ...(this.hint === undefined ? {} : { hint: this.hint }),
    }
  }

  static fromJSON(json: ReturnType<GigarowError['toJSON']>): GigarowError {
    return new GigarowError(json.code, json.message, {
      facts: json.facts,
      ...(json.hint === undefined ? {} : { hint: json.hint }),
    })
  }
}

/** By code, not by instanceof: a user's file and the CLI may hold two copies of this module. */
export function isGigarowError(error: unknown): error is GigarowError {
  return error instanceof Error && error.name === 'GigarowError' && 'code' in error
}
