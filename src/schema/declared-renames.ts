import type { DeclaredSchema } from './declared.ts'

/** Something that had another name until now. Both names are in `schema`. */
export interface DeclarationRename {
  readonly kind: 'table' | 'column' | 'index'
  readonly schema: string
  /** Of columns and indexes: their table, by its new name. */
  readonly table?: string
  readonly from: string
  readonly to: string
}

/** What renamedFrom() declares, as data; done or not: who uses it looks whether the old name is still there. */
export function declarationRenames({ tables, matViews }: DeclaredSchema): readonly DeclarationRename[] {
  return [
    ...tables.flatMap(({ name: { schema, name }, renames, indexes }) => [
      ...renames.map((rename): DeclarationRename => {
        if (rename.kind === 'table') return { kind: 'table', schema, from: rename.from, to: name }
        const to = rename.kind === 'column' ? rename.column : rename.index
        return { kind: rename.kind, schema, table: name, from: rename.from, to }
      }),
      ...indexes.flatMap((spec) => indexRename({ schema, table: name, ...spec })),
    ]),
    ...matViews.flatMap(({ name, indexes }) =>
      indexes.flatMap((spec) => indexRename({ schema: name.schema, table: name.name, ...spec })),
    ),
  ]
}

function indexRename(index: {
  readonly schema: string
  readonly table: string
  readonly name: string
  readonly renamedFrom?: string
}): DeclarationRename[] {
  const { schema, table, name, renamedFrom } = index
  return renamedFrom === undefined ? [] : [{ kind: 'index', schema, table, from: renamedFrom, to: name }]
}
