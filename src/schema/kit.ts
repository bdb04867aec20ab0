import { is, SQL } from 'drizzle-orm'
import { getTableConfig, type PgColumn, PgTable } from 'drizzle-orm/pg-core'
import { GigarowError, literal } from '../kernel/index.ts'
import { withKeysAsNames } from './casing.ts'

/** What drizzle-kit makes of declarations. */
export interface KitSql {
  /** From nothing; it knows nothing of what we add. */
  readonly statements: readonly string[]
  /** Names of enums in the schema public: it writes them without their schema. */
  readonly publicEnums: ReadonlySet<string>
}

/** drizzle-kit behind one function, so that Drizzle 1 can replace it: the exports of a schema module to DDL. */
export async function kitSql(imports: Readonly<Record<string, unknown>>): Promise<KitSql> {
  const { generateDrizzleJson, generateMigration } = await import('drizzle-kit/api')
  return guarded(async () => {
    const declared = withKeysAsNames(imports, (casing) =>
      generateDrizzleJson({ ...imports }, undefined, undefined, casing),
    )
    const enums = Object.keys(declared.enums)
    const statements = await generateMigration(generateDrizzleJson({}), withDefaults(declared, imports))
    const ofPublic = enums.filter((key) => key.startsWith('public.'))
    return { statements, publicEnums: new Set(ofPublic.map((key) => key.slice('public.'.length))) }
  })
}

/**
 * Defaults that drizzle-kit writes wrong, as the column itself writes them: a quote in JSON or in an array, text as JSON, a point, and
 * 0n, which JSON.stringify() refuses.
 */
function withDefaults(declared: Kit, imports: Readonly<Record<string, unknown>>): Kit {
  const tables = new Map<string, TableConfig>(
    Object.values(imports).flatMap((value) => (is(value, PgTable) ? [keyed(value)] : [])),
  )
  const all = declared.tables as Readonly<
    Record<string, { readonly columns: Readonly<Record<string, object>> }>
  >
  const corrected = Object.entries(all).map(([key, table]) => {
    const columns = new Map(tables.get(key)?.columns.map((column) => [column.name, column]))
    const entries = Object.entries(table.columns).map(([name, column]) => {
      const value = defaultOf(columns.get(name))
      return [name, value === undefined ? column : { ...column, default: value }]
    })
    return [key, { ...table, columns: Object.fromEntries(entries) }]
  })
  return { ...declared, tables: Object.fromEntries(corrected) as Kit['tables'] }
}

type Kit = ReturnType<typeof import('drizzle-kit/api')['generateDrizzleJson']>

type TableConfig = ReturnType<typeof getTableConfig>

function keyed(table: PgTable): readonly [string, TableConfig] {
  const config = getTableConfig(table)
  return [`${config.schema ?? 'public'}.${config.name}`, config]
}

function defaultOf(column: PgColumn | undefined): string | undefined {
  const value: unknown = column?.default
  if (column === undefined || is(value, SQL) || value === null || value instanceof Date) return undefined
  if (typeof value === 'bigint') return String(value)
  if (typeof value !== 'object' && !(typeof value === 'string' && /^jsonb?$/.test(column.getSQLType())))
    return undefined
  const written: unknown = column.mapToDriverValue(value)
  return typeof written === 'string' ? literal(written) : undefined
}

/** drizzle-kit prints to stdout and ends the process where it finds an error: both are caught while it runs. */
async function guarded<T>(run: () => T | Promise<T>): Promise<T> {
  const printed: string[] = []
  const { exit } = process
  const write = process.stdout.write
  process.stdout.write = (chunk: string | Uint8Array) => {
    printed.push(typeof chunk === 'string' ? chunk : Buffer.from(chunk).toString('utf8'))
    return true
  }
  process.exit = () => {
    throw new Error('drizzle-kit stopped')
  }
  try {
    return await run()
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error)
    const said = printed.join('').replaceAll(ANSI, '').trim()
    throw new GigarowError('SCHEMA_INVALID', `drizzle-kit cannot read the schema: ${said || message}`, {
      cause: error,
      hint: 'Correct the declaration that it names.',
    })
  } finally {
    process.stdout.write = write
    process.exit = exit
  }
}

const ANSI = new RegExp(`${String.fromCharCode(27)}\\[[0-9;]*m`, 'g')
