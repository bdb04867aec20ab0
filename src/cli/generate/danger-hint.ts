import { type Catalog, nameIn, type SchemaObject } from '../../model/index.ts'

const BY_HAND = 'gigarow generate --custom <name> writes an empty migration for it.'

/** One that went and one that came may be the same under another name: that cannot be seen, only said. */
export function dangerHint(from: Catalog, to: Catalog): string {
  for (const kind of ['table', 'column'] as const) {
    const gone = only(from, to, kind)
    const come = only(to, from, kind)
    for (const before of gone) {
      const after = come.find((other) => mayBe(before, other))
      if (after === undefined) continue
      const [old, name] = [plain(before), plain(after)]
      return `If ${kind} ${old} is ${kind} ${name} under its old name, say so: renamedFrom(…) in the declaration, or --rename '${kind} ${old}=${name}'. ${BY_HAND}`
    }
  }
  return BY_HAND
}

function only(a: Catalog, b: Catalog, kind: 'table' | 'column'): readonly SchemaObject[] {
  return [...a.objects.values()].filter((object) => object.kind === kind && !b.objects.has(object.key))
}

function mayBe(a: SchemaObject, b: SchemaObject): boolean {
  if (a.kind === 'table' && b.kind === 'table')
    return a.name.schema === b.name.schema && !a.partitionOf && !b.partitionOf
  return a.kind === 'column' && b.kind === 'column' && a.table === b.table && a.type === b.type
}

function plain({ key }: SchemaObject): string {
  return nameIn(key).replaceAll(/"([a-z_][a-z0-9_]*)"/g, '$1')
}
