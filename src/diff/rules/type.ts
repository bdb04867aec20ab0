import { ident, plainIdent } from '../../kernel/index.ts'
import { type CompositeType, nameIn, type ObjectKey } from '../../model/index.ts'
import { type ActionHazard, planHazard } from '../hazards.ts'
import { labelOfKey } from '../label.ts'
import type { Action, DiffContext, Rule } from '../rule.ts'
import { lastingType } from './lasting.ts'

type Attribute = CompositeType['attributes'][number]

export const typeRule: Rule<CompositeType> = {
  create: ({ key, attributes }) => [
    { sql: `CREATE TYPE ${nameIn(key)} AS (${attributes.map(attributeSql).join(', ')})` },
  ],
  drop: ({ key }, context) => [{ sql: `DROP TYPE ${nameIn(key)}`, hazards: lastingType(key, context) }],
  alter: (from, to, context) => {
    const kept = to.attributes.filter(({ name }) => from.attributes.some((a) => a.name === name))
    const inOrder = [...kept, ...to.attributes.filter((a) => !kept.includes(a))]
    const before = from.attributes.filter(({ name }) => kept.some((a) => a.name === name))
    const moved = inOrder.some((a, i) => a !== to.attributes[i])
    const swapped = before.some(({ name }, i) => name !== kept[i]!.name)
    if (moved || swapped) return 'replace'
    const retyped = kept.filter((a) => attributeSql(find(from, a.name)!) !== attributeSql(a))
    const columns = columnsOf(from, context)
    // Values in rows are never converted by ALTER ATTRIBUTE.
    if (retyped.length > 0 && columns.length > 0) return 'replace'
    return changes(from, to, { retyped, columns })
  },
}

const attributeSql = ({ name, type, collation }: Attribute): string =>
  `${ident(name)} ${type}${collation === undefined ? '' : ` COLLATE ${collation}`}`

const find = ({ attributes }: CompositeType, name: string) => attributes.find((a) => a.name === name)

function columnsOf({ key }: CompositeType, { from }: DiffContext): readonly string[] {
  return [...from.objects.values()]
    .filter((object) => object.kind === 'column' && from.needs.get(object.key)?.has(key))
    .map((column) => labelOfKey(column.key))
}

interface Found {
  readonly retyped: readonly Attribute[]
  readonly columns: readonly string[]
}

function changes(from: CompositeType, to: CompositeType, { retyped, columns }: Found): readonly Action[] {
  const alter = `ALTER TYPE ${nameIn(to.key)}`
  return [
    ...from.attributes
      .filter(({ name }) => !find(to, name))
      .map(({ name }) => ({
        sql: `${alter} DROP ATTRIBUTE ${ident(name)}`,
        hazards: columns.length === 0 ? [] : [lost(from.key, name, columns)],
      })),
    ...retyped.map((a) => ({
      sql: `${alter} ALTER ATTRIBUTE ${ident(a.name)} TYPE ${a.type}${a.collation === undefined ? '' : ` COLLATE ${a.collation}`}`,
    })),
    ...to.attributes
      .filter(({ name }) => !find(from, name))
      .map((a) => ({ sql: `${alter} ADD ATTRIBUTE ${attributeSql(a)}` })),
  ]
}

function lost(type: ObjectKey, name: string, columns: readonly string[]): ActionHazard {
  return planHazard('drop-attribute', {
    name: plainIdent(name),
    object: `${labelOfKey(type)}.${plainIdent(name)}`,
    column: columns.join(', '),
  })
}
