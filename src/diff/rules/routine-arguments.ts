/** The arguments in `CREATE OR REPLACE FUNCTION public.f(a integer, b text DEFAULT 'x'::text)`, each with its default. */
export function argumentsOf(definition: string): readonly string[] {
  const begin = skipTo(definition, 0, '(')
  const end = skipTo(definition, begin + 1, ')')
  return splitArguments(definition.slice(begin + 1, end))
}

/** Split at the commas that are not inside of quotes or brackets. */
export function splitArguments(text: string): readonly string[] {
  const parts: string[] = []
  let begin = 0
  while (begin <= text.length) {
    const end = skipTo(text, begin, ',')
    const part = text.slice(begin, end).trim()
    if (part !== '') parts.push(part)
    begin = end + 1
  }
  return parts
}

/** Where `mark` stands outside of quotes and brackets, from `begin` on; the text's end where it does not. */
function skipTo(text: string, begin: number, mark: string): number {
  let depth = 0
  for (let i = begin; i < text.length; i++) {
    const c = text[i]!
    if (depth === 0 && c === mark) return i
    if (c === '"' || c === "'")
      i = endOfQuote(text, i, { escapes: c === "'" && /E/i.test(text[i - 1] ?? '') })
    else if (c === '(' || c === '[') depth++
    else if (c === ')' || c === ']') depth--
  }
  return text.length
}

function endOfQuote(text: string, begin: number, { escapes }: { readonly escapes: boolean }): number {
  const quote = text[begin]
  for (let i = begin + 1; i < text.length; i++) {
    if (escapes && text[i] === '\\') i++
    else if (text[i] === quote) {
      if (text[i + 1] !== quote) return i
      i++
    }
  }
  return text.length
}
