import type { Colors } from './output.ts'

/** Comments dim, the first keyword of a statement bold: enough to read a migration on a terminal. */
export function highlightSql(sql: string, { dim, bold, yellow }: Colors): string {
  return sql
    .trimEnd()
    .split('\n')
    .map((line) => {
      if (line.startsWith('-- DANGER')) return yellow(line)
      if (line.startsWith('--')) return dim(line)
      return line.replace(/^[A-Z]+(?: [A-Z]+)*(?= )/, (words) => bold(words))
    })
    .join('\n')
}
