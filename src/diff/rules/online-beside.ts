import { ident } from '../../kernel/index.ts'
import type { Column, Index, Table } from '../../model/index.ts'
import { objectName } from '../partitions/names.ts'
import { typeChange } from './type-change.ts'

/** A column before and after its type is changed. */
export interface Pair {
  readonly from: Column
  readonly to: Column
}

/** A column and the one beside it, as SQL writes them. */
export interface Beside extends Pair {
  readonly old: string
  readonly next: string
  /** What the new one gets, in a row that is written as `prefix`. */
  readonly value: (prefix: string) => string
}

export function besideOf({ from, to }: Pair): Beside {
  const { using } = typeChange(from.type, to.type)
  const old = ident(to.name)
  const value = (prefix: string) => `${prefix}${old}${using ? `::${to.type}` : ''}`
  return { from, to, old, next: ident(besideName(to)), value }
}

/** Names are made of what is there, so that a run finds again what an interrupted one has left. */
export const SYNC_TRIGGER = '~gigarow_sync'
export const besideName = ({ name }: Column): string => objectName(name, undefined, '_new')
export const proofName = ({ to }: Pair): string => objectName(to.name, undefined, '_new_not_null')
export const nextName = ({ name }: Index): string => objectName(name.name, undefined, '_new')
/** Of the function that the trigger calls. */
export const syncName = ({ name }: Table): string => objectName(name.name, undefined, 'gigarow_sync')

/** What the trigger does with a row that is written. */
export function syncBody(columns: readonly Beside[]): string {
  const sets = columns.map(({ next, value }) => `${setsIn(next)} ${value('NEW.')};`)
  return `BEGIN ${sets.join(' ')} RETURN NEW; END`
}

export const setsIn = (column: string): string => `NEW.${column} :=`
