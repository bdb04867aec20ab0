import { GigarowError } from '../kernel/index.ts'
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
    const statements = await generateMigration(generateDrizzleJson({}), declared)
    const ofPublic = enums.filter((key) => key.startsWith('public.'))
    return { statements, publicEnums: new Set(ofPublic.map((key) => key.slice('public.'.length))) }
  })
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
