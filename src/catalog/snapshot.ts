import type { AnySql, Database, ReservedSql } from '../db/index.ts'
import { inTransaction } from '../db/index.ts'
import { QUERIES } from './sql.generated.ts'

/** One query of the catalog, in one round trip: without parameters the server plans and answers at once. */
export interface Read {
  <Row extends object>(name: QueryName): Promise<readonly Row[]>
  /** Row by row as they arrive: 55,000 columns as rows beside 55,000 as objects are 20 MB. */
  readonly each: <Row extends object>(name: QueryName, use: (row: Row) => void) => Promise<void>
}

type QueryName = keyof typeof QUERIES

/** As they are asked. */
const ORDER: readonly QueryName[] = [
  'catalog_namespaces',
  'catalog_extensions',
  'catalog_members',
  'catalog_types',
  'catalog_tables',
  'catalog_views',
  'catalog_sequences',
  'catalog_columns',
  'catalog_constraints',
  'catalog_indexes',
  'catalog_routines',
  'catalog_rules',
  'catalog_triggers',
  'catalog_policies',
  'catalog_statistics',
  'catalog_owners',
  'catalog_reader',
  'catalog_grants',
  'catalog_comments',
  'catalog_unknown',
  'catalog_needs',
]

/**
 * With withSession a connection that is cut is an error; a pool alone does as well for short-lived databases, but there postgres.js
 * throws where nobody can catch it.
 */
export type CatalogSource = (Pick<Database, 'sql'> & Partial<Pick<Database, 'withSession'>>) | ReservedSql

export interface SnapshotOptions {
  readonly schemas: readonly string[] | undefined
}

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
    return use(oneAhead(sql), settings!.major)
  }
  const inSession = (session: ReservedSql) =>
    inTransaction(session, async () => {
      await session.unsafe('set transaction isolation level repeatable read, read only')
      return work(session)
    })
  if (!('sql' in source)) return inSession(source)
  if (source.withSession) return source.withSession(inSession, { fetchTypes: false })
  const mode = 'isolation level repeatable read read only'
  return (await source.sql.begin(mode, (sql) => work(sql).then((value) => ({ value })))).value
}

/** The server works on the next query while we build objects of the last; not on more, so that rows do not pile up here. */
function oneAhead(sql: AnySql): Read {
  let ahead: Asked | undefined
  const take = (name: QueryName): Asked => {
    const asked = ahead?.name === name ? ahead : ask(sql, name)
    const next = ORDER[ORDER.indexOf(name) + 1]
    ahead = next && ask(sql, next)
    return asked
  }
  const all = async <Row extends object>(name: QueryName) => {
    const { rows, ended } = take(name)
    await ended
    return rows as unknown as readonly Row[]
  }
  const each = async <Row extends object>(name: QueryName, use: (row: Row) => void) => {
    const asked = take(name)
    const one = use as (row: unknown) => void
    asked.rows.forEach(one)
    asked.use = one
    await asked.ended
  }
  return Object.assign(all, { each })
}

interface Asked {
  readonly name: QueryName
  /** Those that came before there was a `use`. */
  readonly rows: unknown[]
  readonly ended: Promise<unknown>
  use: ((row: unknown) => void) | undefined
}

function ask(sql: AnySql, name: QueryName): Asked {
  const rows: unknown[] = []
  const ended = sql.unsafe(QUERIES[name]).forEach((row) => {
    if (asked.use === undefined) rows.push(row)
    else asked.use(row)
  })
  const asked: Asked = { name, rows, ended, use: undefined }
  // When one fails the next fails, too, and nobody asks for it any more.
  ended.catch(() => {})
  return asked
}
