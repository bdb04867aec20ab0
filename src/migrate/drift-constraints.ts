import type { Database } from '../db/index.ts'
import { ident } from '../kernel/index.ts'
import { type Drift, plain } from './drift-entry.ts'
import { QUERIES } from './sql.generated.ts'

interface SilentConstraint {
  /** Quoted, like those of `disabled_on`. */
  readonly relation: string
  readonly name: string
  readonly type: 'f' | 'u' | 'p' | 'x'
  readonly disabled_on: readonly string[]
}

/** Foreign keys and deferrable keys that the server does not look after, because their triggers are disabled. */
export async function findSilentConstraints({ sql }: Database): Promise<readonly Drift[]> {
  const rows = await sql.unsafe<SilentConstraint[]>(QUERIES.silent_constraints)
  return rows.map(({ relation, name, type, disabled_on: tables }) => ({
    kind: 'disabled-trigger',
    object: `constraint ${plain(`${relation}.${ident(name)}`)}`,
    text: `is not kept: its triggers are disabled on ${tables.map(plain).join(', ')}; ${way(tables[0]!)}${
      type === 'f'
        ? ', and rows written meanwhile may point nowhere'
        : ', and rows written meanwhile may have a twin'
    }`,
  }))
}

function way(table: string): string {
  return `ALTER TABLE ${table} ENABLE TRIGGER ALL enables them`
}
