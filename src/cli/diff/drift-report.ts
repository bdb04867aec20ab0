import type { Drift } from '../../migrate/index.ts'
import type { Output } from '../output.ts'

/** One line a difference, with what is expected and what is there under it. */
export function printDrift(out: Output, found: readonly Drift[]): void {
  const { yellow, bold, dim } = out.colors
  for (const { kind, object, text, expected, found: there } of found) {
    out.print(`${yellow(kind)}  ${bold(object)} ${text}`)
    if (expected !== undefined) out.print(dim(`  expected  ${expected}`))
    if (there !== undefined) out.print(dim(`  found     ${there}`))
  }
}
