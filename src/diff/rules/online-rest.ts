import { ident, oncePer, plainIdent } from '../../kernel/index.ts'
import {
  type Catalog,
  type Column,
  type Constraint,
  type Index,
  nameIn,
  type ObjectKey,
  type Routine,
  type Trigger,
} from '../../model/index.ts'
import { planHazard } from '../hazards.ts'
import { labelOfKey } from '../label.ts'
import { membersOf, tableIn } from '../partitions/tree.ts'
import type { Action, DiffContext } from '../rule.ts'
import {
  besideName,
  besideOf,
  type Pair,
  proofName,
  SYNC_TRIGGER,
  setsIn,
  syncBody,
  syncName,
} from './online-beside.ts'

/** What a change by a column beside has left that was interrupted before the columns changed places. */
export interface OnlineRest {
  readonly table: ObjectKey
  /** Those beside. */
  readonly columns: readonly Column[]
  readonly constraints: readonly Constraint[]
  readonly indexes: readonly Index[]
  readonly routine: Routine
  /** All of it. */
  readonly keys: ReadonlySet<ObjectKey>
}

/** By table. */
export type OnlineRests = ReadonlyMap<ObjectKey, OnlineRest>

export interface WithoutRests {
  readonly catalog: Catalog
  readonly rests: OnlineRests
}

/** The state as it would be if no such change had been begun. */
export const withoutRests = oncePer((catalog: Catalog): WithoutRests => {
  const rests = new Map<ObjectKey, OnlineRest>()
  for (const object of catalog.objects.values()) {
    const rest = object.kind === 'trigger' ? restOf(object, catalog) : undefined
    if (rest) rests.set(rest.table, rest)
  }
  if (rests.size === 0) return { catalog, rests }
  const gone = new Set([...rests.values()].flatMap(({ keys }) => [...keys]))
  const kept = <T>(map: ReadonlyMap<ObjectKey, T>) => new Map([...map].filter(([key]) => !gone.has(key)))
  return { catalog: { ...catalog, objects: kept(catalog.objects), needs: kept(catalog.needs) }, rests }
})

/** Only what nothing else has come to use meanwhile. */
function restOf(trigger: Trigger, catalog: Catalog): OnlineRest | undefined {
  const { objects, needs } = catalog
  const table = tableIn(catalog, trigger.table)
  const routine = [...(needs.get(trigger.key) ?? [])]
    .map((key) => objects.get(key))
    .find((one) => one?.kind === 'routine')
  if (trigger.name !== SYNC_TRIGGER || table === undefined || routine?.kind !== 'routine') return undefined
  if (routine.name.schema !== table.name.schema || routine.name.name !== syncName(table)) return undefined
  const members = membersOf(catalog, table.key)
  const columns = members.columns.filter(({ name }) => routine.definition.includes(setsIn(ident(name))))
  const beside = new Set(columns.map(({ key }) => key))
  const isOn = ({ key }: Constraint | Index) => [...(needs.get(key) ?? [])].some((need) => beside.has(need))
  const constraints = members.constraints.filter(isOn)
  const indexes = members.indexes.filter(isOn)
  const keys = new Set([trigger, routine, ...columns, ...constraints, ...indexes].map(({ key }) => key))
  for (const [key, object] of objects) {
    if (keys.has(key)) continue
    if ('on' in object && keys.has(object.on)) return undefined
    if ([...(needs.get(key) ?? [])].some((need) => keys.has(need))) return undefined
  }
  return { table: table.key, columns, constraints, indexes, routine, keys }
}

/** The rest that a change of these columns goes on with. */
export function restFor(
  table: ObjectKey,
  pairs: readonly Pair[],
  { rests }: DiffContext,
): OnlineRest | undefined {
  const rest = rests.get(table)
  if (rest === undefined || rest.columns.length !== pairs.length) return undefined
  const isSame = rest.routine.definition.includes(syncBody(pairs.map(besideOf)))
  return isSame && pairs.every((pair) => isBegun(pair, rest)) ? rest : undefined
}

function isBegun(pair: Pair, { columns }: OnlineRest): boolean {
  const beside = columns.find(({ name }) => name === besideName(pair.to))
  if (beside === undefined || beside.type !== pair.to.type || beside.collation !== pair.to.collation)
    return false
  return !beside.notNull || (pair.from.notNull && beside.notNullName === proofName(pair))
}

/** Of a change that is not wanted any more, or has become another one: begun anew, it would find its names taken. */
export function clearRest({ table, columns, routine }: OnlineRest): readonly Action[] {
  const of = labelOfKey(table)
  const locks = [{ relation: of, mode: 'ACCESS EXCLUSIVE' }] as const
  const none = { none: 'it was the rest of a change that was interrupted' }
  const drops = columns.map(({ name }) => `DROP COLUMN ${ident(name)}`)
  return [
    {
      sql: `DROP TRIGGER ${ident(SYNC_TRIGGER)} ON ${nameIn(table)}`,
      locks,
      reverse: none,
      comment: `what an interrupted change of types has left on ${of}, which this one does not go on with`,
    },
    { sql: `DROP FUNCTION ${nameIn(routine.key)}`, reverse: none },
    {
      sql: `ALTER TABLE ${nameIn(table)} ${drops.join(', ')}`,
      locks,
      reverse: none,
      hazards: columns.map(({ name }) => planHazard('drop-column', { table: of, column: plainIdent(name) })),
    },
  ]
}
