import type { GeneratorSpec } from '../profile.ts'
import type { Source } from '../source.ts'
import type { Context } from './generator.ts'
import type { Numbering } from './numbering.ts'
import type { Options } from './options.ts'
import { rebase } from './rebase.ts'

/** The column of another table that a generator points at, as gen.reference() writes it down. */
export interface Parent {
  /** schema.name */
  readonly table: string
  readonly rows: number
  /** How many of its rows are numbered before those. */
  readonly offset: number
}

/** A parent's row is computed in the first block of rows. */
const MAX_PARENT = 4_294_967_295

export function readParent(options: Options, maxRows: number): Parent {
  const rows = options.integer('rows', { min: 1, max: maxRows })
  const offset = options.integer('offset', { min: 0, max: MAX_PARENT - rows, fallback: 0 })
  return { table: options.text('table', ''), rows, offset }
}

/** The values of the parent's column in the rows that `index` names, from 0 for the first that is made. */
export function parentValues(
  options: Options,
  context: Context,
  { parent, index }: { parent: Parent; index: Numbering },
): Source {
  const column = options.text('column', '')
  const spec: GeneratorSpec = options.spec('generator')
  const first = 1 + parent.offset
  const row = context.once(`${first} + ${index.sql}`)
  const source = context.compileFor(spec, { ...parent, column, row })
  if (source.isNull !== undefined) return options.fail(`${parent.table}.${column} holds nulls`)
  return rebase(source, (low) => (first + index.at(low)) | 0)
}
