import { STABLE_FUNCTIONS } from '../model/index.ts'
import type { SqlNode } from '../sql/index.ts'
import { find, strings } from './tree.ts'
import type { World } from './world.ts'

/** A function that an expression calls and that may give another value for each row. */
export function volatileCall(expression: SqlNode | undefined, world: World): string | undefined {
  return find(expression, 'FuncCall')
    .map(({ funcname }) => strings(funcname).at(-1) ?? '')
    .find((name) => !(world.stableFunctions.get(name) ?? STABLE_FUNCTIONS.has(name)))
}
