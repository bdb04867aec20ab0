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
}

export function readParent(options: Options, maxRows: number): Parent {
  return {
    table: options.text('table', ''),
    rows: options.integer('rows', { min: 1, max: maxRows }),
  }
}

/** The values of the parent's column in the rows that `index` names, from 0. */
export function parentValues(
  options: Options,
  context: Context,
  { parent, index }: { parent: Parent; index: Numbering },
): Source {
  const column = options.text('column', '')
  const spec: GeneratorSpec = options.spec('generator')
  const row = context.once(`1 + ${index.sql}`)
  const source = context.compileFor(spec, { ...parent, column, row })
  if (source.isNull !== undefined) return options.fail(`${parent.table}.${column} holds nulls`)
  return rebase(source, (low) => (1 + index.at(low)) | 0)
}
