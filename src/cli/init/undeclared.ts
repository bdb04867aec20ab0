import type { Catalog, Extension, ObjectKey, ObjectKind, SchemaObject } from '../../model/index.ts'
import type { ExtensionDeclaration, SqlObjectDeclaration } from '../../schema/index.ts'

/** What a database holds and no declaration names, as declarations. */
export interface Adoptable {
  readonly extensions: readonly ExtensionDeclaration[]
  readonly objects: readonly SqlObjectDeclaration[]
  /** function, view …: how many of each. */
  readonly counts: ReadonlyMap<string, number>
}

/** What extension() and sqlObject() can say. */
const KINDS: ReadonlySet<ObjectKind> = new Set([
  'extension',
  'routine',
  'view',
  'trigger',
  'policy',
  'rule',
  'domain',
  'type',
  'grant',
  'comment',
])

/** In the order in which the statements can be run behind those of the declarations. */
export async function adoptable(live: Catalog, declared: Catalog): Promise<Adoptable> {
  const { diff } = await import('../../diff/index.ts')
  const { extension, readSqlObject, sqlObject } = await import('../../schema/index.ts')
  const found = undeclared(live, declared)
  const needs = new Map(declared.needs)
  for (const { key } of found) needs.set(key, live.needs.get(key) ?? new Set())
  const objects = new Map(declared.objects)
  for (const object of found) objects.set(object.key, object)
  // Declarations do not say whose a thing is.
  const { owners: _, ...from } = declared
  const { statements } = diff(from, { ...from, objects, needs })
  const said: SqlObjectDeclaration[] = []
  const counts = new Map<string, number>()
  const extensions = found
    .filter((object): object is Extension => object.kind === 'extension')
    .map(({ name, schema }) => extension(name, { schema }))
  if (extensions.length > 0) counts.set('extension', extensions.length)
  for (const { sql } of statements) {
    if (!/^(CREATE (?!EXTENSION )|GRANT |COMMENT )/i.test(sql)) continue
    const { key, kind } = await readSqlObject(sqlObject(sql, sql))
    // The key of a grant is that of the REVOKE that takes it back.
    said.push(sqlObject(kind === 'grant' ? sql.replaceAll(/"([a-z_][a-z0-9_]*)"/g, '$1') : key, sql))
    counts.set(kind, (counts.get(kind) ?? 0) + 1)
  }
  return { extensions, objects: said, counts }
}

/** Without what stands on something that is not declared: it goes with that. */
function undeclared(live: Catalog, declared: Catalog): readonly SchemaObject[] {
  const found = new Map<ObjectKey, SchemaObject>()
  for (const object of live.objects.values())
    if (KINDS.has(object.kind) && !declared.objects.has(object.key) && canBeSaid(object))
      found.set(object.key, object)
  const isThere = (key: ObjectKey) => found.has(key) || declared.objects.has(key) || !live.objects.has(key)
  for (let before = -1; before !== found.size; ) {
    before = found.size
    for (const key of found.keys()) if (![...(live.needs.get(key) ?? [])].every(isThere)) found.delete(key)
  }
  return [...found.values()]
}

/** A grant of nothing stands for a REVOKE; a partition's trigger comes with its table's. */
function canBeSaid(object: SchemaObject): boolean {
  if (object.kind === 'grant') return object.privileges.length > 0
  return object.kind !== 'trigger' || object.parent === undefined
}

/** A file of declarations. */
export function objectsText({ extensions, objects }: Adoptable): string {
  // What the file imports, and words of the language.
  const names = new Set(['extension', 'sqlObject', 'function'])
  const made = extensions.map(({ name, schema = 'public' }) => {
    const own = exportName(`extension ${name}`, names)
    names.add(own)
    return `\nexport const ${own} = extension(${template(name)}, { schema: ${template(schema)} })\n`
  })
  const entries = objects.map(({ label, text }) => {
    const name = exportName(label, names)
    names.add(name)
    return `\nexport const ${name} = sqlObject(${template(label)}, ${template(text)})\n`
  })
  return [...HEAD, ...made, ...entries].join('\n')
}

const HEAD = [
  "import { extension, sqlObject } from 'gigarow/schema'",
  '',
  '// What gigarow init found in the database and no declaration named. What is taken out here goes from the database by the next',
  '// migration; change it here, or move it to where your tables are.',
]

function exportName(label: string, taken: ReadonlySet<string>): string {
  const words =
    label
      .toLowerCase()
      .replaceAll(/\bpublic\./g, '')
      .match(/[a-z0-9]+/g) ?? []
  const plain = words
    .slice(0, 8)
    .map((word, i) => (i === 0 ? word : word[0]!.toUpperCase() + word.slice(1)))
    .join('')
  for (let n = 1; ; n++) {
    const name = n === 1 ? plain : `${plain}${n}`
    if (!taken.has(name)) return name
  }
}

function template(text: string): string {
  const plain = !/['\\\n]/.test(text)
  return plain ? `'${text}'` : `\`${text.replaceAll(/[\\`]|\$\{/g, '\\$&')}\``
}
