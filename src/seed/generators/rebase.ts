import { inline } from '../inline.ts'
import type { Source } from '../source.ts'

type IsNull = (low: number) => boolean

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
    case 'bytes':
      return { ...source, write: inline`(low, out, pos) => ${source.write}(${index}(low), out, pos)` }
    case 'array': {
      const elements = source.elements.map((element) => {
        const own = rebase(element, index)
        const { isNull } = element
        return isNull === undefined
          ? own
          : { ...own, isNull: inline<IsNull>`(low) => ${isNull}(${index}(low))` }
      })
      return { ...source, elements, at: inline<typeof source.at>`(low) => ${source.at}(${index}(low))` }
    }
  }
}
