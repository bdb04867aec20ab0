import { addTo, oncePer } from '../../kernel/index.ts'
import { type Catalog, kindIn, labelOf, type ObjectKey } from '../../model/index.ts'
import type { Lock } from '../plan.ts'
import type { DiffContext } from '../rule.ts'

/** The relations that an object names itself. */
export function directSources(key: ObjectKey, catalog: Catalog): readonly ObjectKey[] {
  const sources = new Set<ObjectKey>()
  for (const need of catalog.needs.get(key) ?? []) {
    const relation = relationIn(need, catalog)
    if (relation !== undefined && relation !== key) sources.add(relation)
  }
  return [...sources].sort()
}

function relationIn(key: ObjectKey, { objects }: Catalog): ObjectKey | undefined {
  const kind = kindIn(key)
  if (kind === 'table' || kind === 'view' || kind === 'matview') return key
  const object = objects.get(key)
  return object?.kind === 'column' ? object.table : undefined
}

/** What a query reads in the end: tables and materialized views, through plain views. */
export function allSources(key: ObjectKey, catalog: Catalog): readonly ObjectKey[] {
  const found = new Set<ObjectKey>()
  const seen = new Set<ObjectKey>()
  const visit = (reader: ObjectKey): void => {
    if (seen.has(reader)) return
    seen.add(reader)
    for (const source of directSources(reader, catalog)) {
      if (kindIn(source) === 'view') visit(source)
      else found.add(source)
    }
  }
  visit(key)
  return [...found].sort()
}

/** The query reads under ACCESS SHARE: nobody waits for it but those who would change or drop what it reads. */
export function sourceLocks(key: ObjectKey, context: DiffContext): readonly Lock[] {
  return allSources(key, context.to).flatMap((source) => {
    const object = context.to.objects.get(source)
    if (object === undefined || context.isNew(source)) return []
    return [{ relation: labelOf(object), mode: 'ACCESS SHARE' as const }]
  })
}

/** What names the relation itself and does not belong to it; collected once for each catalog. */
export function directDependents(key: ObjectKey, catalog: Catalog): readonly ObjectKey[] {
  return collectDependents(catalog).get(key) ?? []
}

const collectDependents = oncePer((catalog: Catalog): ReadonlyMap<ObjectKey, readonly ObjectKey[]> => {
  const dependents = new Map<ObjectKey, ObjectKey[]>()
  for (const key of [...catalog.objects.keys()].sort()) {
    const object = catalog.objects.get(key)!
    if (object.kind === 'comment' || object.kind === 'grant') continue
    for (const source of directSources(key, catalog)) {
      if ('table' in object && object.table === source) continue
      addTo(dependents, source, key)
    }
  }
  return dependents
})

/** Views and materialized views that name it themselves. */
export function directReaders(key: ObjectKey, catalog: Catalog): readonly ObjectKey[] {
  return directDependents(key, catalog).filter((k) => kindIn(k) === 'view' || kindIn(k) === 'matview')
}

/** Everything that reads it in the old state, at any distance. */
export function readersOf(key: ObjectKey, { from }: DiffContext): readonly ObjectKey[] {
  const found = new Set<ObjectKey>()
  const visit = (source: ObjectKey): void => {
    for (const reader of directReaders(source, from)) {
      if (found.has(reader)) continue
      found.add(reader)
      visit(reader)
    }
  }
  visit(key)
  return [...found].sort()
}
