import { GigarowError } from '../kernel/index.ts'
import { withKeysAsNames } from './casing.ts'
import { type KitSnapshot, type KitTable, tableName } from './snapshot.ts'

/**
 * drizzle-kit behind three functions, so that Drizzle 1 can replace it: declarations to snapshot, the empty snapshot,
 * two snapshots to DDL. Its ids are random and mean nothing to us: they are left out of what we keep.
 */
const ID = '00000000-0000-0000-0000-000000000000'

/** The state that the exports of a schema module declare. */
export async function kitSnapshot(imports: Readonly<Record<string, unknown>>): Promise<KitSnapshot> {
  const { generateDrizzleJson } = await import('drizzle-kit/api')
  const {
    id: _id,
    prevId: _prevId,
    ...snapshot
  } = await guarded(() =>
    withKeysAsNames(imports, (casing) => generateDrizzleJson({ ...imports }, undefined, undefined, casing)),
  )
  return snapshot as unknown as KitSnapshot
}

export function emptyKitSnapshot(): Promise<KitSnapshot> {
  return kitSnapshot({})
}

/** DDL that leads from one state to the other. Throws SCHEMA_INVALID where only a person knows whether it is a rename. */
export async function kitDiff(from: KitSnapshot, to: KitSnapshot): Promise<readonly string[]> {
  const rename = possibleRename(from, to)
  if (rename !== undefined) throw renameError(rename)
  const { generateMigration } = await import('drizzle-kit/api')
  type KitJson = Parameters<typeof generateMigration>[0]
  const asKit = (snapshot: KitSnapshot) =>
    structuredClone({ ...snapshot, id: ID, prevId: ID }) as unknown as KitJson
  return guarded(() => generateMigration(asKit(from), asKit(to)))
}

/**
 * drizzle-kit asks on the terminal whether "one gone, one new" is a rename, for each kind of object. Programs cannot be
 * asked: found beforehand, it is an error that says how to go on.
 */
function possibleRename(from: KitSnapshot, to: KitSnapshot): string | undefined {
  for (const kind of ['schemas', 'enums', 'sequences', 'roles', 'tables', 'views'] as const) {
    const [gone, added] = changedKeys(from[kind], to[kind])
    if (gone && added) return `${kind.slice(0, -1)} ${gone} or a new one, ${added}`
  }
  for (const [key, table] of Object.entries(to.tables)) {
    const [gone, added] = changedKeys(from.tables[key]?.columns ?? table.columns, table.columns)
    if (gone && added) return `column ${tableLabel(table)}.${gone} or a new one, ${added}`
  }
  return undefined
}

function changedKeys(
  from: unknown,
  to: unknown,
): readonly [gone: string | undefined, added: string | undefined] {
  const [before, after] = [Object.keys((from as object) ?? {}), Object.keys((to as object) ?? {})]
  return [before.find((key) => !after.includes(key)), after.find((key) => !before.includes(key))]
}

function tableLabel(table: KitTable): string {
  const { schema, name } = tableName(table)
  return schema === 'public' ? name : `${schema}.${name}`
}

function renameError(what: string): GigarowError {
  return new GigarowError('SCHEMA_INVALID', `It cannot be seen whether this renames the ${what}.`, {
    hint: 'To rename a table or a column: renamedFrom(…) in the third argument of its table. Anything else: gigarow generate --custom <name>, and write ALTER … RENAME into the file. To drop one and add another: generate once with both, then once more without the old one.',
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
