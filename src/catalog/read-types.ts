import { memberKey, type ObjectKey, objectKey, type SchemaObject } from '../model/index.ts'
import { CLASS, type Registry } from './registry.ts'
import type { Read } from './snapshot.ts'
import { textOr } from './values.ts'

interface AttributePart {
  readonly name: string
  readonly position: number
  readonly type: string
  readonly collation: string | null
}

interface CheckPart {
  readonly oid: number
  readonly name: string
  readonly definition: string
  readonly validated: boolean
}

interface TypeRow {
  readonly oid: number
  readonly namespace: number
  readonly name: string
  /** oid in pg_class, of composite types. */
  readonly relation: number
  readonly type: 'e' | 'c' | 'd'
  readonly labels: readonly string[] | null
  readonly attributes: readonly AttributePart[] | null
  readonly checks: readonly CheckPart[] | null
  readonly base: string
  readonly not_null: boolean
  readonly default_value: string | null
  readonly collation: string | null
}

const KINDS = { e: 'enum', c: 'type', d: 'domain' } as const

/** Enums, domains and composite types. */
export async function readTypes(read: Read, registry: Registry): Promise<void> {
  for (const row of await read<TypeRow>('catalog_types')) {
    if (registry.isMember(CLASS.type, row.oid)) continue
    const schema = registry.schemaName(row.namespace)
    const key = objectKey(KINDS[row.type], { schema, name: row.name })
    registry.name(CLASS.type, row.oid, key)
    if (row.type === 'c') registry.name(CLASS.relation, row.relation, key)
    for (const { name, position } of row.attributes ?? [])
      registry.nameColumn(row.relation, position, memberKey('column', key, name))
    for (const check of row.checks ?? [])
      registry.nameCheck(check.oid, { domain: key, key: memberKey('constraint', key, check.name) })
    registry.add(toType(row, key, schema))
    registry.need(key, registry.schemaKey(schema))
  }
}

function toType(row: TypeRow, key: ObjectKey, schema: string): SchemaObject {
  const name = Object.freeze({ schema, name: row.name })
  if (row.type === 'e') return { kind: 'enum', key, name, values: Object.freeze(row.labels ?? []) }
  if (row.type === 'c') return { kind: 'type', key, name, attributes: frozen(row.attributes, toAttribute) }
  return {
    kind: 'domain',
    key,
    name,
    type: row.base,
    notNull: row.not_null,
    default: textOr(row.default_value),
    collation: textOr(row.collation),
    checks: frozen(row.checks, toCheck),
  }
}

function frozen<From, To>(list: readonly From[] | null, change: (value: From) => To): readonly To[] {
  return Object.freeze((list ?? []).map((value) => Object.freeze(change(value))))
}

const toAttribute = ({ name, type, collation }: AttributePart) => ({
  name,
  type,
  collation: textOr(collation),
})

const toCheck = ({ name, definition, validated }: CheckPart) => ({
  name,
  definition: validated ? definition : definition.replace(/ NOT VALID$/, ''),
  validated,
})
