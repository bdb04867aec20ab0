import type { Unmanaged } from '../../diff/index.ts'
import type { Output } from '../output.ts'

interface Sides {
  readonly from: { readonly source: { readonly label: string } }
  readonly to: { readonly source: { readonly label: string } }
}

/** What a plan says nothing of. */
export function noteUnmanaged(out: Output, found: Unmanaged, sides: Sides): void {
  for (const side of ['from', 'to'] as const) {
    if (found[side].length === 0) continue
    const what = `Only in ${sides[side].source.label}, of kinds that gigarow does not manage, so that nothing makes or drops it:`
    out.note(out.colors.yellow([what, ...found[side].map((label) => `  - ${label}`)].join('\n')))
  }
}
