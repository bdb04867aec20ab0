import type { Output } from '../output.ts'

/** So many are shown. */
const SHOWN = 2

/** Of those that differ in numbers only, as one for each partition, the first and how many more there are; --json has them all. */
export function listStatements(out: Output, statements: readonly string[]): void {
  for (let i = 0; i < statements.length; ) {
    const shape = shapeOf(statements[i]!)
    let end = i + 1
    while (end < statements.length && shapeOf(statements[end]!) === shape) end++
    const rest = end - i - 1
    for (const statement of statements.slice(i, rest > SHOWN ? i + 1 : end)) out.print(`  ${statement}`)
    if (rest > SHOWN) out.print(out.colors.dim(`  … and ${rest} more like it`))
    i = end
  }
}

const shapeOf = (statement: string): string => statement.replaceAll(/\d+/g, '0')
