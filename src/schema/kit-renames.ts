import { ident, type QualifiedName, qualified, type Statement } from '../kernel/index.ts'
import type { DeclarationRename } from './declared-renames.ts'
import { relationRef } from './references.ts'
import { type KitTable, type Snapshot, tableKey } from './snapshot.ts'

export interface Renamed {
  /** As if the old names had never been. */
  readonly from: Snapshot
  readonly statements: readonly Statement[]
}

/** Carries out the renames that are still open: what has the old name in `from` and the new one in `to`. */
export function applyRenames(from: Snapshot, to: Snapshot, renames: readonly DeclarationRename[]): Renamed {
  // Tables first: columns and indexes are declared in tables of the new name.
  const ordered = [...renames].sort((a, b) => Number(b.kind === 'table') - Number(a.kind === 'table'))
  let state = from
  const statements: Statement[] = []
  for (const rename of ordered) {
    const next = rename.kind === 'table' ? renameTable(state, to, rename) : renamePart(state, to, rename)
    if (next === undefined) continue
    state = next.from
    statements.push(...next.statements)
  }
  const keys = statements.length > 0 ? renameConstraints(state, to) : { from: state, statements: [] }
  return { from: keys.from, statements: [...statements, ...keys.statements] }
}

function statement(sql: string, reverse: string): Statement {
  return { sql, transactional: true, reverse: [reverse] }
}

function renameTable(
  from: Snapshot,
  to: Snapshot,
  { schema, from: old, to: name }: DeclarationRename,
): Renamed | undefined {
  const [oldKey, newKey] = [tableKey({ schema, name: old }), tableKey({ schema, name })]
  const table = from.drizzle.tables[oldKey]
  if (!table || newKey in from.drizzle.tables || !(newKey in to.drizzle.tables)) return undefined
  const [before, after] = [ident(old), ident(name)]
  const moved = replaceText(table, [before, after])
  const rest = Object.entries(from.drizzle.tables)
    .filter(([key]) => key !== oldKey)
    .map(([key, other]) => [key, withForeignKeys(other, { schema, name: old }, { table: name })] as const)
  const self = withForeignKeys({ ...moved, name }, { schema, name: old }, { table: name })
  const state = renameInObjects(
    {
      ...from,
      drizzle: {
        ...from.drizzle,
        ...('views' in from.drizzle ? { views: replaceText(from.drizzle.views, [before, after]) } : {}),
        tables: { ...Object.fromEntries(rest), [newKey]: fromOf(self, name) },
      },
      tables: renameKey(from.tables, oldKey, newKey),
    },
    {
      on: relationRef(schema, old),
      renamed: relationRef(schema, name),
      texts: [ident(schema, old), ident(schema, name)],
    },
  )
  const sql = `ALTER TABLE ${ident(schema, old)} RENAME TO ${after}`
  return {
    from: state,
    statements: [statement(sql, `ALTER TABLE ${ident(schema, name)} RENAME TO ${before}`)],
  }
}

/** Its own foreign keys say which table they come from. */
function fromOf(table: KitTable, name: string): KitTable {
  const keys = Object.entries(table.foreignKeys).map(([key, fk]) => [key, { ...fk, tableFrom: name }])
  return { ...table, foreignKeys: Object.fromEntries(keys) }
}

function withForeignKeys(
  table: KitTable,
  target: QualifiedName,
  change: { readonly table?: string; readonly column?: readonly [string, string] },
): KitTable {
  const keys = Object.entries(table.foreignKeys).map(([key, fk]) => {
    if (fk.tableTo !== target.name || (fk.schemaTo || 'public') !== target.schema) return [key, fk] as const
    const columnsTo = change.column ? renamed(fk.columnsTo, change.column) : fk.columnsTo
    return [key, { ...fk, tableTo: change.table ?? fk.tableTo, columnsTo }] as const
  })
  return { ...table, foreignKeys: Object.fromEntries(keys) }
}

function renamed(names: readonly string[], [old, name]: readonly [string, string]): readonly string[] {
  return names.map((n) => (n === old ? name : n))
}

function renameKey<V>(map: Readonly<Record<string, V>>, old: string, name: string): Record<string, V> {
  return Object.fromEntries(Object.entries(map).map(([key, value]) => [key === old ? name : key, value]))
}

function renamePart(from: Snapshot, to: Snapshot, rename: DeclarationRename): Renamed | undefined {
  const key = tableKey({ schema: rename.schema, name: rename.table ?? '' })
  const [table, target] = [from.drizzle.tables[key], to.drizzle.tables[key]]
  if (!table || !target) return undefined
  return rename.kind === 'column'
    ? renameColumn(from, { key, table, target, rename })
    : renameIndex(from, to, { key, table, target, rename })
}

interface Part {
  readonly key: string
  readonly table: KitTable
  readonly target: KitTable
  readonly rename: DeclarationRename
}

function renameColumn(from: Snapshot, { key, table, target, rename }: Part): Renamed | undefined {
  const { schema, from: old, to: name } = rename
  if (!(old in table.columns) || name in table.columns || !(name in target.columns)) return undefined
  const on = { schema, name: rename.table ?? '' }
  const pair = [old, name] as const
  const columns = Object.entries(table.columns).map(([column, value]) =>
    column === old ? [name, { ...(value as object), name }] : [column, value],
  )
  const texts = [ident(old), ident(name)] as const
  const moved: KitTable = {
    ...replaceText(table, texts),
    columns: Object.fromEntries(columns),
    indexes: renameIn(replaceText(table.indexes, texts), pair),
    compositePrimaryKeys: renameIn(table.compositePrimaryKeys, pair),
    uniqueConstraints: renameIn(table.uniqueConstraints, pair),
    foreignKeys: Object.fromEntries(
      Object.entries(table.foreignKeys).map(([k, fk]) => [
        k,
        { ...fk, columnsFrom: renamed(fk.columnsFrom, pair) },
      ]),
    ),
  }
  const tables = Object.entries({ ...from.drizzle.tables, [key]: moved }).map(
    ([k, other]) => [k, withForeignKeys(other, on, { column: pair })] as const,
  )
  const options = from.tables[key]
  const state = renameInObjects(
    {
      ...from,
      drizzle: { ...from.drizzle, tables: Object.fromEntries(tables) },
      tables: options ? { ...from.tables, [key]: replaceText(options, texts) } : from.tables,
    },
    { on: relationRef(schema, on.name), renamed: relationRef(schema, on.name), texts },
  )
  const alter = `ALTER TABLE ${qualified(on)} RENAME COLUMN`
  return {
    from: withViews(state, [`${ident(on.name)}.${ident(old)}`, `${ident(on.name)}.${ident(name)}`]),
    statements: [statement(`${alter} ${texts[0]} TO ${texts[1]}`, `${alter} ${texts[1]} TO ${texts[0]}`)],
  }
}

function withViews(from: Snapshot, texts: readonly [string, string]): Snapshot {
  if (!('views' in from.drizzle)) return from
  return { ...from, drizzle: { ...from.drizzle, views: replaceText(from.drizzle.views, texts) } }
}

/** Columns by their bare names: `expression` of an index, `columns` of a key. */
function renameIn<V>(value: V, [old, name]: readonly [string, string]): V {
  return JSON.parse(JSON.stringify(value), (key, child: unknown) => {
    if (key === 'columns' && Array.isArray(child)) return child.map((c) => (c === old ? name : c))
    return key === 'expression' && child === old ? name : child
  }) as V
}

function renameIndex(
  from: Snapshot,
  to: Snapshot,
  { key, table, target, rename }: Part,
): Renamed | undefined {
  const { schema, from: old, to: name } = rename
  const [oldObject, newObject] = [objectKey(schema, old), objectKey(schema, name)]
  const renameSql = (a: string, b: string) => `ALTER INDEX ${ident(schema, a)} RENAME TO ${ident(b)}`
  const statements = [statement(renameSql(old, name), renameSql(name, old))]
  if (from.objects?.[oldObject] && !from.objects[newObject] && to.objects?.[newObject]) {
    const state = replaceText(from.objects[oldObject], [ident(old), ident(name)])
    const objects = renameKey({ ...from.objects, [oldObject]: state }, oldObject, newObject)
    return { from: { ...from, objects }, statements }
  }
  const found = table.indexes[old]
  if (!found || name in table.indexes || !(name in target.indexes)) return undefined
  const indexes = renameKey({ ...table.indexes, [old]: { ...found, name } }, old, name)
  const tables = { ...from.drizzle.tables, [key]: { ...table, indexes } }
  return { from: { ...from, drizzle: { ...from.drizzle, tables } }, statements }
}

function objectKey(schema: string, name: string): string {
  return `index ${schema === 'public' ? name : `${schema}.${name}`}`
}

/** Names that Drizzle makes of the table's and columns' names follow them; the constraints are the same. */
function renameConstraints(from: Snapshot, to: Snapshot): Renamed {
  const statements: Statement[] = []
  const tables = Object.entries(from.drizzle.tables).map(([key, table]) => {
    const target = to.drizzle.tables[key]
    if (!target) return [key, table] as const
    const on = qualified({ schema: table.schema || 'public', name: table.name })
    const follow = <V extends { readonly name: string }>(
      a: Readonly<Record<string, V>>,
      b: Readonly<Record<string, V>>,
    ): Readonly<Record<string, V>> =>
      Object.fromEntries(
        Object.entries(a).map(([name, value]) => {
          const twin = name in b ? undefined : Object.values(b).find((v) => !(v.name in a) && alike(v, value))
          if (!twin) return [name, value]
          const alter = (x: string, y: string) =>
            `ALTER TABLE ${on} RENAME CONSTRAINT ${ident(x)} TO ${ident(y)}`
          statements.push(statement(alter(name, twin.name), alter(twin.name, name)))
          return [twin.name, { ...value, name: twin.name }]
        }),
      )
    return [
      key,
      {
        ...table,
        compositePrimaryKeys: follow(table.compositePrimaryKeys, target.compositePrimaryKeys),
        uniqueConstraints: follow(table.uniqueConstraints, target.uniqueConstraints),
        foreignKeys: follow(table.foreignKeys, target.foreignKeys),
      },
    ] as const
  })
  return { from: { ...from, drizzle: { ...from.drizzle, tables: Object.fromEntries(tables) } }, statements }
}

function alike(a: object, b: object): boolean {
  return JSON.stringify({ ...a, name: '' }) === JSON.stringify({ ...b, name: '' })
}

function renameInObjects(
  from: Snapshot,
  { on, renamed: now, texts }: { on: string; renamed: string; texts: readonly [string, string] },
): Snapshot {
  if (!from.objects) return from
  const [, oldName = ''] = on.split(/ (?:public\.)?/)
  const [, newName = ''] = now.split(/ (?:public\.)?/)
  const entries = Object.entries(from.objects).map(([key, state]) => {
    if (state.on !== on) return [key, state] as const
    const moved = key.replace(/^(options of|comment on) (.*)$/, (_, kind: string, name: string) => {
      const label =
        name === oldName || name.startsWith(`${oldName}.`) ? newName + name.slice(oldName.length) : name
      const [old, column] = [texts[0].slice(1, -1), texts[1].slice(1, -1)]
      return `${kind} ${on === now && label === `${oldName}.${old}` ? `${oldName}.${column}` : label}`
    })
    return [moved, { ...replaceText(state, texts), on: now }] as const
  })
  return { ...from, objects: Object.fromEntries(entries) }
}

/** In every text below: our own SQL and drizzle-kit's quote all names. */
function replaceText<V>(value: V, [old, name]: readonly [string, string]): V {
  return JSON.parse(JSON.stringify(value), (_, child: unknown) =>
    typeof child === 'string' ? child.replaceAll(old, name) : child,
  ) as V
}
