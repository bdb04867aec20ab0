import { invalidSeed, type Where } from '../errors.ts'
import type { GeneratorSpec } from '../profile.ts'

/** Reads a generator's options, which are untrusted JSON; every problem names the column. */
export class Options {
  readonly #spec: GeneratorSpec
  readonly #where: Where
  readonly #read = new Set(['kind'])

  constructor(spec: GeneratorSpec, where: Where) {
    this.#spec = spec
    this.#where = where
  }

  get(name: string): unknown {
    this.#read.add(name)
    return this.#spec[name]
  }

  fail(problem: string): never {
    throw invalidSeed(this.#where, `${this.#spec.kind}, where ${problem}`)
  }

  integer(name: string, limits: { min: number; max: number; fallback?: number }): number {
    const value = this.get(name) ?? limits.fallback
    if (typeof value !== 'number' || !Number.isSafeInteger(value) || value < limits.min || value > limits.max)
      this.fail(`${name} must be a whole number from ${limits.min} to ${limits.max}, not ${show(value)}`)
    return value
  }

  /** Between 0 and 1, both excluded or included by `closed`. */
  fraction(name: string, { fallback, closed }: { fallback?: number; closed: boolean }): number {
    const value = this.get(name) ?? fallback
    const inside = typeof value === 'number' && (closed ? value >= 0 && value <= 1 : value > 0 && value < 1)
    if (!inside) this.fail(`${name} must be a number between 0 and 1, not ${show(value)}`)
    return value as number
  }

  number(name: string, limits: { min: number; max: number; fallback?: number }): number {
    const value = this.get(name) ?? limits.fallback
    if (typeof value !== 'number' || !(value >= limits.min && value <= limits.max))
      this.fail(`${name} must be a number from ${limits.min} to ${limits.max}, not ${show(value)}`)
    return value
  }

  /** False unless given. */
  flag(name: string): boolean {
    const value = this.get(name) ?? false
    if (typeof value !== 'boolean') this.fail(`${name} must be true or false, not ${show(value)}`)
    return value
  }

  text(name: string, fallback: string): string {
    const value = this.get(name) ?? fallback
    if (typeof value !== 'string' || value === '') this.fail(`${name} must be a text, not ${show(value)}`)
    return value as string
  }

  oneOf<T extends string>(name: string, allowed: readonly T[], fallback?: T): T {
    const value = this.get(name) ?? fallback
    const found = allowed.find((option) => option === value)
    if (found === undefined) this.fail(`${name} must be one of ${allowed.join(', ')}, not ${show(value)}`)
    return found
  }

  /** A nested generator. */
  spec(name: string, value: unknown = this.get(name)): GeneratorSpec {
    if (!isSpec(value)) this.fail(`${name} must be a generator, not ${show(value)}`)
    return value
  }

  rejectUnread(): void {
    const unknown = Object.keys(this.#spec).filter((name) => !this.#read.has(name))
    if (unknown.length === 0) return
    const known = [...this.#read].filter((name) => name !== 'kind')
    this.fail(`${unknown.join(', ')} is no option (${known.length === 0 ? 'it has none' : known.join(', ')})`)
  }
}

function isSpec(value: unknown): value is GeneratorSpec {
  return typeof value === 'object' && value !== null && 'kind' in value && typeof value.kind === 'string'
}

function show(value: unknown): string {
  return value === undefined ? 'nothing' : JSON.stringify(value)
}
