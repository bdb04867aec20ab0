/**
 * A pattern of names as a regular expression: `*` and `?` stay within a folder, `**` goes down any number of them, `{a,b}` is
 * one of these, `[ab]` one character. Undefined where the brackets do not fit, and for the `!(…)` of bash.
 */
export function globRegExp(pattern: string): RegExp | undefined {
  if (/[!?*+@]\(/.test(pattern)) return undefined
  const groups = [...pattern.matchAll(/[{}]/g)].map(([brace]) => brace).join('')
  if (!/^(\{\})*$/.test(groups)) return undefined
  const parts = pattern.matchAll(/\*\*\/|\*\*|\*|\?|\[!?[^\]/]+\]|[{},]|[^*?[{},]+|\[/g)
  let depth = 0
  const text = [...parts].map(([part]) => {
    if (part === '**/') return '(?:[^/]+/)*'
    if (part === '**') return '.*'
    if (part === '*') return '[^/]*'
    if (part === '?') return '[^/]'
    if (part === '{') {
      depth++
      return '(?:'
    }
    if (part === '}') {
      depth--
      return ')'
    }
    if (part === ',') return depth > 0 ? '|' : ','
    if (part.length > 1 && part.startsWith('[')) return part.replace(/^\[!/, '[^').replaceAll(/[\\]/g, '\\\\')
    return part.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&')
  })
  return new RegExp(`^${text.join('')}$`)
}

/** Whether a text without its special characters is still a pattern. */
export function isGlob(text: string): boolean {
  return /[*?[\]{}]|[!+@]\(/.test(text)
}
