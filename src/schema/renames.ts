import type { IndexBuilder } from 'drizzle-orm/pg-core'
import { Extra, type NamedColumn } from './extras.ts'

export type RenameSpec =
  | { readonly kind: 'table'; readonly from: string }
  | { readonly kind: 'column'; readonly from: string; readonly column: string }
  | { readonly kind: 'index'; readonly from: string; readonly index: string }

/**
 * The name that something has had until now, so that it is renamed, not dropped and made anew. In a table's third argument:
 * `renamedFrom('clients')` for the table, `renamedFrom(t.email, 'mail')` for a column,
 * `renamedFrom(index('users_email').on(t.email), 'users_mail')` in place of an index. It may stay when the rename is done.
 */
export function renamedFrom(old: string): Extra
export function renamedFrom(what: NamedColumn | IndexBuilder, old: string): Extra
export function renamedFrom(
  ...args: readonly [string] | readonly [NamedColumn | IndexBuilder, string]
): Extra {
  if (args.length === 1) return make({ kind: 'table', from: args[0] })
  const [what, from] = args
  if ('build' in what) {
    // Drizzle keeps the name out of its types.
    const { name = '' } = Reflect.get(what, 'config') as { readonly name?: string }
    return make({ kind: 'index', from, index: name }, [what])
  }
  return make({ kind: 'column', from, column: what.name })
}

function make(rename: RenameSpec, inner: readonly unknown[] = []): Extra {
  return new Extra({ kind: 'renamedFrom', rename: Object.freeze(rename) }, inner)
}
