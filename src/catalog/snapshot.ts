import type { AnySql, Database, ReservedSql } from '../db/index.ts'
import { inTransaction } from '../db/index.ts'
import { QUERIES } from './sql.generated.ts'

export type Json = string | number | boolean | null | readonly Json[] | { readonly [key: string]: Json }

/** One query of the catalog, in one round trip: without parameters the server plans and answers at once. */
export type Read = <Row extends object>(name: keyof typeof QUERIES) => Promise<readonly Row[]>

export type CatalogSource = Pick<Database, 'sql'> | ReservedSql

export interface SnapshotOptions {
  readonly schemas: readonly string[] | undefined
}

const MODE = 'isolation level repeatable read read only'

/** Everything inside sees the database at one moment, and definitions print alike whatever the session's settings. */
export async function inSnapshot<T>(
  source: CatalogSource,
  { schemas }: SnapshotOptions,
  use: (read: Read, major: number) => Promise<T>,
): Promise<T> {
  const work = async (sql: AnySql) => {
    const [settings] = await sql.unsafe<{ major: number }[]>(QUERIES.catalog_settings, [
      schemas === undefined ? null : JSON.stringify(schemas),
    ])
    return use((name) => sql.unsafe(QUERIES[name]), settings!.major)
  }
  if ('sql' in source)
    return (await source.sql.begin(MODE, (sql) => work(sql).then((value) => ({ value })))).value
  return inTransaction(source, async () => {
    await source.unsafe(`set transaction ${MODE.replace('read read', 'read, read')}`)
    return work(source)
  })
}
