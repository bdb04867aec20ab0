import { inline } from '../inline.ts'
import type { Source } from '../source.ts'

/** The values of a source for other rows: `index` gives the number that stands for each. */
export function rebase(source: Source, index: (low: number) => number): Source {
  switch (source.kind) {
    case 'boolean':
      return { ...source, at: inline<typeof source.at>`(low) => ${source.at}(${index}(low))` }
    case 'int':
    case 'decimal':
    case 'time':
    case 'pick':
      return { ...source, at: inline<typeof source.at>`(low) => ${source.at}(${index}(low))` }
    case 'text':
    case 'uuid':
    case 'json':
      return { ...source, write: inline`(low, out, pos) => ${source.write}(${index}(low), out, pos)` }
  }
}
