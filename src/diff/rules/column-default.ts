import { ident } from '../../kernel/index.ts'
import { type Column, nameIn, type ObjectKey } from '../../model/index.ts'
import { labelOfKey } from '../label.ts'
import type { Lock } from '../plan.ts'
import type { Action } from '../rule.ts'

/** The default is taken off before `cause` is dropped and put back after it was made anew. */
export function defaultAside(from: Column, to: Column, cause: ObjectKey): readonly Action[] {
  if (from.default === undefined) return []
  const column = `ALTER TABLE ${nameIn(to.table)} ALTER COLUMN ${ident(to.name)}`
  const locks: readonly Lock[] = [{ relation: labelOfKey(to.table), mode: 'ACCESS EXCLUSIVE' }]
  const off: Action = {
    sql: `${column} DROP DEFAULT`,
    releases: [cause],
    locks,
    reverse: { sql: [`${column} SET DEFAULT ${from.default}`] },
  }
  if (to.default === undefined) return [off]
  const on: Action = {
    sql: `${column} SET DEFAULT ${to.default}`,
    needs: [cause],
    locks,
    reverse: { sql: [`${column} DROP DEFAULT`] },
  }
  return [off, on]
}
