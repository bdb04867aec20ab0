const VOID = new Set(['meta', 'br', 'hr'])

/** Throws unless every tag is closed in its order, attributes are quoted and no bare < or & is left over. */
export function checkMarkup(page: string): void {
  const open: string[] = []
  const text = page.replace(/<style>[\s\S]*?<\/style>/, '').replace(/^<!doctype html>/, '')
  const rest = text.replace(
    /<(\/?)([a-z][a-z0-9]*)((?:\s+[a-zA-Z][a-zA-Z0-9-]*="[^"<>]*")*)(\/?)>/g,
    (tag, end, name, _attributes, self) => {
      if (end === '/') {
        if (open.pop() !== name) throw new Error(`${tag} closes nothing`)
      } else if (self === '' && !VOID.has(name)) open.push(name)
      return ''
    },
  )
  if (open.length > 0) throw new Error(`not closed: ${open.join(', ')}`)
  const stray = /<|>|&(?!#\d+;)/.exec(rest)
  if (stray)
    throw new Error(`stray ${stray[0]} in: ${rest.slice(Math.max(0, stray.index - 40), stray.index + 40)}`)
}
