import { getTableConfig, isPgEnum, isPgSchema, isPgSequence } from 'drizzle-orm/pg-core'
import { displayName, type QualifiedName } from '../kernel/index.ts'
import type { Leaf } from '../model/index.ts'
import type { DeclaredSchema, GigarowTable } from './declared.ts'

/** PostgreSQL cuts longer names, silently. */
const NAME_BYTES = 63

interface Named {
  /** For messages: partition events_p2025 of events. */
  readonly what: string
  readonly name: string
  /** relation: tables, indexes, views and sequences of a schema share their names. Absent: free to repeat. */
  readonly space?: string
  /** Leaves of one table: told apart by the check of their bounds. */
  readonly group?: unknown
}

/** Names that PostgreSQL would cut, and those that two things want to have. */
export function nameProblems(declared: DeclaredSchema): readonly string[] {
  const names = namesOf(declared)
  const owners = new Map<string, Named>()
  const clashes: string[] = []
  for (const one of names.filter((n) => n.space !== undefined && n.name !== '')) {
    const key = `${one.space}.${one.name}`
    const first = owners.get(key)
    if (first === undefined) owners.set(key, one)
    else if (first.group === undefined || first.group !== one.group) {
      clashes.push(`The ${one.what} has the name of another ${kindOf(one, first)}. Rename one of them.`)
    }
  }
  const long = names.filter(({ name }) => Buffer.byteLength(name) > NAME_BYTES)
  return [
    ...clashes,
    ...new Set(
      long.map(({ what }) => `The name of the ${what} is longer than ${NAME_BYTES} bytes. Shorten it.`),
    ),
  ]
}

/** "another table" where both are, else what the first one is. */
function kindOf(one: Named, first: Named): string {
  const kind = (named: Named) => named.what.slice(0, named.what.indexOf(' '))
  if (kind(one) === 'partition' && (kind(first) === 'table' || kind(first) === 'partition')) return 'table'
  return kind(one) === kind(first) ? `${kind(one)}: ${first.what}` : `relation: the ${first.what}`
}

function namesOf({ imports, tables, views, matViews, extensions }: DeclaredSchema): readonly Named[] {
  const values = [...new Set(Object.values(imports))]
  const relation = (schema: string) => `relation ${schema}`
  return [
    ...tables.map(
      ({ name }): Named => ({
        what: `table ${displayName(name)}`,
        name: name.name,
        space: relation(name.schema),
      }),
    ),
    ...tables.flatMap(partNames),
    ...tables.flatMap((table) => leafNames(table, table.leaves)),
    ...views.map(
      (name): Named => ({
        what: `view ${displayName(name)}`,
        name: name.name,
        space: relation(name.schema),
      }),
    ),
    ...matViews.flatMap(({ name, indexes }): Named[] => [
      { what: `view ${displayName(name)}`, name: name.name, space: relation(name.schema) },
      ...indexes.map((spec) => indexName(spec.name, name)),
    ]),
    ...extensions.map(({ name }): Named => ({ what: `extension ${name}`, name })),
    ...values.filter(isPgSchema).map(({ schemaName: name }): Named => ({ what: `schema ${name}`, name })),
    ...values
      .filter(isPgEnum)
      .flatMap(({ enumName, enumValues }): Named[] => [
        { what: `enum ${enumName}`, name: enumName },
        ...enumValues.map(
          (value): Named => ({ what: `value ${value} of the enum ${enumName}`, name: value }),
        ),
      ]),
    ...values
      .filter(isPgSequence)
      .map(({ seqName = '' }): Named => ({ what: `sequence ${seqName}`, name: seqName })),
  ]
}

function indexName(name: string, on: QualifiedName): Named {
  return { what: `index ${name} of ${displayName(on)}`, name, space: `relation ${on.schema}` }
}

function partNames({ name, table, indexes, statistics }: GigarowTable): readonly Named[] {
  const of = ` of ${displayName(name)}`
  const config = getTableConfig(table)
  const key = (text: string): Named => ({
    what: `constraint ${text}${of}`,
    name: text,
    space: `relation ${name.schema}`,
  })
  return [
    ...config.columns.map((c): Named => ({ what: `column ${c.name}${of}`, name: c.name })),
    // Names that Drizzle makes up may be too long: PostgreSQL cuts them, and nobody calls them by name.
    ...config.primaryKeys.map((pk) => key(pk.name ?? '')),
    ...config.uniqueConstraints
      .filter((u) => !u.name?.endsWith(`${u.columns.map((c) => c.name).join('_')}_unique`))
      .map((u) => key(u.name ?? '')),
    ...[
      ...config.foreignKeys.map((fk) => fk.reference().name ?? ''),
      ...config.checks.map((check) => check.name),
    ].map((text): Named => ({ what: `constraint ${text}${of}`, name: text })),
    ...config.indexes.map((i) => indexName(i.config.name ?? '', name)),
    ...indexes.map((spec) => indexName(spec.name, name)),
    ...statistics.map(
      (spec): Named => ({
        what: `statistics ${spec.name}${of}`,
        name: spec.name,
        space: `statistics ${name.schema}`,
      }),
    ),
  ]
}

function leafNames(table: GigarowTable, leaves: readonly Leaf[]): readonly Named[] {
  const { schema } = table.name
  return leaves.flatMap((leaf): Named[] => [
    {
      what: `partition ${displayName({ schema, name: leaf.name })} of ${displayName(table.name)}`,
      name: leaf.name,
      space: `relation ${schema}`,
      group: leaves,
    },
    ...leafNames(table, leaf.leaves ?? []),
  ])
}
