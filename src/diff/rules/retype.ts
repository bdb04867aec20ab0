import type { Column } from '../../model/index.ts'
import type { DiffContext } from '../rule.ts'
import { typeChange } from './type-change.ts'

export const changesType = (from: Column, to: Column): boolean =>
  from.type !== to.type || from.collation !== to.collation

/** Or reads them all: with a CHECK on the column. */
export function rewritesRows(from: Column, to: Column, context: DiffContext): boolean {
  const isFree = typeChange(from.type, to.type).cost === 'free'
  return !isFree || from.collation !== to.collation || isChecked(from, context)
}

const isEnum = ({ key }: Column, { objects, needs }: DiffContext['from']): boolean =>
  [...(needs.get(key) ?? [])].some((need) => objects.get(need)?.kind === 'enum')

/** A CHECK on the column is checked anew for every row. */
function isChecked({ key }: Column, { from, isGone }: DiffContext): boolean {
  for (const object of from.objects.values())
    if (object.kind === 'constraint' && object.type === 'check' && !isGone(object.key))
      if (from.needs.get(object.key)?.has(key)) return true
  return false
}

/** From one enum to another the values go by their texts. */
export const betweenEnums = (from: Column, to: Column, context: DiffContext): boolean =>
  isEnum(from, context.from) && isEnum(to, context.to)
