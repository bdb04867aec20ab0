import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { DiffOptions } from '../../../src/diff/index.ts'

/** test/cases/diff/<area>/<name>: the two states, and what is expected of the way from one to the other. */
export interface Pair {
  /** area/name */
  readonly name: string
  readonly a: string
  readonly b: string
  /** Rows for both states, instead of the seeder's. */
  readonly seed: string | undefined
  readonly forward: Expectation
  readonly back: Expectation
}

export interface Expectation {
  /** There is no plan, and a refusal says this. */
  readonly refused?: string
  /** The plan stops with an error that says this; every row is still there. */
  readonly fails?: string
  /** Tables whose rows may go, as SQL writes them; a partitioned one stands for its partitions. */
  readonly drops?: readonly string[]
  /** Tables that go on under another name. */
  readonly moves?: Readonly<Record<string, string>>
  /** For diff(). */
  readonly options?: DiffOptions
  /** Columns (public.t.c) whose values read otherwise afterwards. */
  readonly changes?: readonly string[]
}

interface ExpectFile extends Expectation {
  readonly only?: { readonly min?: number; readonly max?: number }
  readonly forward?: Expectation
  readonly back?: Expectation
}

const KEYS = new Set(['refused', 'fails', 'drops', 'changes', 'moves', 'options', 'only', 'forward', 'back'])
const FOLDER = join(import.meta.dirname, '../../cases/diff')

/** Those that one major version has the syntax for. */
export function readPairs(major: number): readonly Pair[] {
  return readdirSync(FOLDER, { withFileTypes: true })
    .filter((area) => area.isDirectory())
    .flatMap((area) => readdirSync(join(FOLDER, area.name)).map((name) => `${area.name}/${name}`))
    .sort()
    .flatMap((name) => readPair(name, major))
}

function readPair(name: string, major: number): readonly Pair[] {
  const file = (part: string) => join(FOLDER, name, part)
  const text = (part: string) => readFileSync(file(part), 'utf8')
  const expected: ExpectFile = existsSync(file('expect.json')) ? JSON.parse(text('expect.json')) : {}
  const strange = Object.keys(expected).filter((key) => !KEYS.has(key))
  if (strange.length > 0) throw new Error(`${name}/expect.json: what is ${strange.join(', ')}?`)
  const { only = {}, forward = {}, back = {}, ...both } = expected
  if (major < (only.min ?? 0) || major > (only.max ?? 99)) return []
  const seed = existsSync(file('seed.sql')) ? text('seed.sql') : undefined
  return [
    {
      name,
      a: text('a.sql'),
      b: text('b.sql'),
      seed,
      forward: { ...both, ...forward },
      back: { ...both, ...back },
    },
  ]
}

/** What is known to be wrong: `area/name forward` to the reason. */
export function readKnown(): Readonly<Record<string, string>> {
  return JSON.parse(readFileSync(join(FOLDER, 'known.json'), 'utf8'))
}
