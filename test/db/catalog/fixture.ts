import { afterAll } from 'vitest'
import { type ReadCatalogOptions, readCatalog } from '../../../src/catalog/index.ts'
import { openPool, type Sql, type Target } from '../../../src/db/index.ts'
import type { Catalog, ObjectKey, ObjectKind, SchemaObject } from '../../../src/model/index.ts'

export interface Reader {
  readonly sql: Sql
  /** Schema from scratch, then what readCatalog() says of it. */
  readonly catalogOf: (ddl: string, options?: ReadCatalogOptions) => Promise<Found>
  readonly read: (options?: ReadCatalogOptions) => Promise<Found>
}

export interface Found {
  readonly catalog: Catalog
  readonly keys: (kind: ObjectKind) => string[]
  readonly get: <Kind extends ObjectKind>(kind: Kind, key: string) => Extract<SchemaObject, { kind: Kind }>
  readonly needs: (key: string) => string[]
}

/** One pool a file, closed at its end. */
export function catalogOn(target: Target): Reader {
  const sql = openPool(target, { max: 1, applicationName: 'catalog tests' })
  afterAll(() => sql.end({ timeout: 5 }))
  const read = async (options?: ReadCatalogOptions) => found(await readCatalog({ sql }, options))
  return {
    sql,
    read,
    catalogOf: async (ddl, options) => {
      await sql.unsafe('drop schema if exists app cascade; drop schema public cascade; create schema public')
      await sql.unsafe(`set search_path = public; ${ddl}; reset search_path`)
      return read(options)
    },
  }
}

function found(catalog: Catalog): Found {
  return {
    catalog,
    keys: (kind) => [...catalog.objects.values()].filter((o) => o.kind === kind).map((o) => o.key),
    get: (kind, key) => {
      const object = catalog.objects.get(`${kind} ${key}` as ObjectKey)
      if (object?.kind !== kind)
        throw new Error(`no ${kind} ${key} in ${[...catalog.objects.keys()].join('\n')}`)
      return object as Extract<SchemaObject, { kind: typeof kind }>
    },
    needs: (key) => [...(catalog.needs.get(key as ObjectKey) ?? [])].sort(),
  }
}
