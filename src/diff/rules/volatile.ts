import { type Catalog, STABLE_FUNCTIONS } from '../../model/index.ts'

/** Words before a bracket that call nothing. */
const WORDS = new Set('and or not in any all interval'.split(' '))

/** Whether ADD COLUMN with this default would have to write every row. */
export function isVolatile(expression: string, { objects }: Catalog): boolean {
  const bare = expression
    .replaceAll(/'(?:[^']|'')*'/g, "''")
    // The modifier of a type is no call: ::character varying(10).
    .replaceAll(
      /::\s*("(?:[^"]|"")*"|[\w.]+)( varying| precision| with(out)? time zone)?(\s*\([\d, ]*\))?/g,
      '',
    )
  const calls = [...bare.matchAll(/((?:"(?:[^"]|"")*"|[\w$]+)(?:\."(?:[^"]|"")*"|\.[\w$]+)*)\s*\(/g)]
  return calls.some(([, name]) => {
    const last = name!.split('.').at(-1)!.replaceAll('"', '')
    const word = last.toLowerCase()
    return !WORDS.has(word) && !STABLE_FUNCTIONS.has(word) && !isStableRoutine(last, objects)
  })
}

function isStableRoutine(name: string, objects: Catalog['objects']): boolean {
  const found = [...objects.values()].filter((o) => o.kind === 'routine' && o.name.name === name)
  return (
    found.length > 0 &&
    found.every((o) => o.kind === 'routine' && /^.*?\b(IMMUTABLE|STABLE)\b.*?\bAS\b/s.test(o.definition))
  )
}
