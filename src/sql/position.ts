/** Both count from 1; the column counts UTF-16 units, as editors do. */
export interface Position {
  readonly line: number
  readonly column: number
}

export function lineAndColumn(text: string, index: number): Position {
  const before = text.slice(0, index)
  const lineStart = before.lastIndexOf('\n') + 1
  return { line: before.split('\n').length, column: index - lineStart + 1 }
}

/** The line that holds `index`, and a caret under it. Long lines are cut around the place. */
export function caretLines(text: string, index: number): string {
  const start = text.lastIndexOf('\n', index - 1) + 1
  const end = text.indexOf('\n', index)
  const line = text
    .slice(start, end === -1 ? undefined : end)
    .replaceAll('\t', ' ')
    .replace(/\r$/, '')
  const column = index - start
  const from = column > 80 ? column - 60 : 0
  const shown = `${from > 0 ? '…' : ''}${line.slice(from, from + 110)}${line.length > from + 110 ? '…' : ''}`
  return `  ${shown}\n  ${' '.repeat(column - from + (from > 0 ? 1 : 0))}^`
}

/** PostgreSQL counts characters where JavaScript counts UTF-16 units: an emoji is one there and two here. */
export function codePointToIndex(text: string, codePoints: number): number {
  let index = 0
  for (let left = codePoints; left > 0 && index < text.length; left--) {
    index += text.codePointAt(index)! > 0xffff ? 2 : 1
  }
  return index
}
