import { existsSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { dirname, join, resolve } from 'node:path'
import { GigarowError } from '../kernel/index.ts'
import { loadModule } from './load-module.ts'

/** What gigarow takes from drizzle-kit's configuration. */
export interface DrizzleConfig {
  readonly file: string
  /** Absolute. */
  readonly schema: readonly string[]
  readonly casing: 'snake_case' | 'camelCase' | undefined
  /** undefined where it names none, as when an environment variable is not set. */
  readonly url: string | undefined
  /** Its folder of migrations, absolute. */
  readonly out: string
  readonly only: { readonly schemas: readonly string[]; readonly tables: readonly string[] }
}

const NAMES = ['ts', 'mts', 'js', 'mjs', 'cjs', 'json'].map((ending) => `drizzle.config.${ending}`)

/** The configuration of drizzle-kit in a folder, if there is one. */
export function findDrizzleConfig(folder: string): string | undefined {
  return NAMES.map((name) => join(folder, name)).find((path) => existsSync(path))
}

/** Reads and checks it. Throws MODULE_FAILED, CONFIG_INVALID. */
export async function readDrizzleConfig(file: string): Promise<DrizzleConfig> {
  const config = await contents(file)
  const { dialect, schema, casing, out, driver } = config
  if (dialect !== 'postgresql')
    throw wrong(
      file,
      `its dialect is ${JSON.stringify(dialect) ?? 'not set'}`,
      'gigarow is for PostgreSQL only.',
    )
  if (driver !== undefined)
    throw wrong(
      file,
      `its driver is ${JSON.stringify(driver)}`,
      'gigarow needs a connection of its own to the server. Take the setting `drizzle` out and write schema and url into gigarow.config.ts.',
    )
  const root = dirname(file)
  return Object.freeze({
    file,
    schema: schemaOf(file, schema).map((path) => resolve(root, path)),
    casing: casingOf(file, casing),
    url: urlOf(file, config.dbCredentials),
    out: resolve(root, typeof out === 'string' ? out : 'drizzle'),
    only: onlyOf(config),
  })
}

type Raw = Readonly<Record<string, unknown>>

async function contents(file: string): Promise<Raw> {
  const found: unknown = file.endsWith('.json') ? await json(file) : (await loadModule(file)).default
  // A CommonJS file has its configuration one level deeper.
  const config = isRaw(found) && isRaw(found.default) ? found.default : found
  if (isRaw(config)) return config
  throw wrong(file, 'it exports no configuration', 'export default defineConfig({ … }), from drizzle-kit.')
}

async function json(file: string): Promise<unknown> {
  try {
    return JSON.parse(await readFile(file, 'utf8'))
  } catch (cause) {
    throw wrong(file, `it is not JSON (${(cause as Error).message})`, 'Correct the file.')
  }
}

function schemaOf(file: string, schema: unknown): readonly string[] {
  const list = typeof schema === 'string' ? [schema] : schema
  if (Array.isArray(list) && list.length > 0 && list.every((path) => typeof path === 'string')) return list
  throw wrong(file, 'it names no schema', "Write where the tables are: schema: './src/db/schema.ts'.")
}

function casingOf(file: string, casing: unknown): DrizzleConfig['casing'] {
  if (casing === undefined || casing === 'snake_case' || casing === 'camelCase') return casing
  throw wrong(file, `its casing is ${JSON.stringify(casing)}`, 'It is snake_case or camelCase.')
}

/** drizzle-kit's own ledger is no table of the project. */
function onlyOf({ tablesFilter, schemaFilter, migrations }: Raw): DrizzleConfig['only'] {
  const { schema = 'drizzle', table = '__drizzle_migrations' } = isRaw(migrations) ? migrations : {}
  const schemas = strings(schemaFilter)
  const own = schema === 'drizzle' ? [`!${schema}`] : []
  return {
    schemas: [...schemas, ...(schemas.some((name) => !name.startsWith('!')) ? [] : own)],
    tables: [...strings(tablesFilter), ...(own.length > 0 ? [] : [`!${String(schema)}.${String(table)}`])],
  }
}

function strings(value: unknown): readonly string[] {
  return (Array.isArray(value) ? value : [value]).filter((one) => typeof one === 'string')
}

function urlOf(file: string, credentials: unknown): string | undefined {
  if (!isRaw(credentials)) return undefined
  const { url, host, port, user, password, database, ssl } = credentials
  if (typeof url === 'string' && url !== '') {
    if (/^postgres(ql)?:\/\//.test(url)) return url
    throw wrong(file, 'its url does not begin with postgresql://', 'Correct dbCredentials.url.')
  }
  if (typeof host !== 'string' || typeof database !== 'string') return undefined
  const part = (value: unknown) => encodeURIComponent(String(value))
  const login = `${part(user ?? 'postgres')}${password === undefined ? '' : `:${part(password)}`}`
  const address = host.includes(':') ? `[${host}]` : part(host)
  const mode = sslMode(ssl)
  return `postgresql://${login}@${address}:${String(port ?? 5432)}/${part(database)}${mode === undefined ? '' : `?sslmode=${mode}`}`
}

/** What drizzle-kit hands to its driver: true means a certificate that is checked. */
function sslMode(ssl: unknown): string | undefined {
  if (ssl === undefined || ssl === false) return undefined
  if (ssl === 'require' || ssl === 'prefer' || ssl === 'verify-full') return ssl
  if (ssl === 'allow') return 'prefer'
  return isRaw(ssl) && ssl.rejectUnauthorized === false ? 'require' : 'verify-full'
}

function isRaw(value: unknown): value is Raw {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function wrong(file: string, why: string, hint: string): GigarowError {
  return new GigarowError('CONFIG_INVALID', `${file} cannot be used: ${why}.`, {
    facts: { file },
    hint,
  })
}
