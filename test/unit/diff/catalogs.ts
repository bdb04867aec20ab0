import type { Catalog, Column, ObjectKey, SchemaObject, Table, View } from '../../../src/model/index.ts'
import { memberKey, objectKey } from '../../../src/model/index.ts'

/** Small catalogs made by hand. */
export function catalog(
  objects: readonly SchemaObject[],
  needs: Readonly<Record<string, readonly ObjectKey[]>> = {},
): Catalog {
  return {
    major: 18,
    objects: new Map(objects.map((object) => [object.key, object])),
    needs: new Map(objects.map(({ key }) => [key, new Set(needs[key] ?? [])])),
    unknown: [],
  }
}

export const inPublic = (name: string) => ({ schema: 'public', name })

export function table(name: string, more: Partial<Table> = {}): Table {
  return {
    kind: 'table',
    key: objectKey('table', inPublic(name)),
    name: inPublic(name),
    partitionKey: undefined,
    partitionOf: undefined,
    inherits: [],
    unlogged: false,
    options: {},
    tablespace: undefined,
    accessMethod: undefined,
    rowSecurity: 'off',
    replicaIdentity: 'default',
    size: { rows: undefined, bytes: 0 },
    ...more,
  }
}

export function column(of: Table, name: string, more: Partial<Column> = {}): Column {
  return {
    kind: 'column',
    key: memberKey('column', of.key, name),
    table: of.key,
    name,
    position: 1,
    type: 'integer',
    notNull: false,
    notNullValid: true,
    default: undefined,
    generated: undefined,
    identity: undefined,
    collation: undefined,
    storage: undefined,
    compression: undefined,
    statistics: undefined,
    options: {},
    inherited: false,
    ...more,
  }
}

export function view(name: string, query = 'SELECT 1 AS a'): View {
  return {
    kind: 'view',
    key: objectKey('view', inPublic(name)),
    name: inPublic(name),
    query,
    columns: [{ name: 'a', type: 'integer' }],
    options: {},
  }
}
