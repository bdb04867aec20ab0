import type { ObjectKey, ObjectKind, Owners } from '../model/index.ts'
import type { Registry } from './registry.ts'
import type { Read } from './snapshot.ts'

interface OwnerRow {
  readonly class: number
  readonly oid: number
  readonly owner: string
}

const OWNED: ReadonlySet<ObjectKind> = new Set([
  'schema',
  'enum',
  'domain',
  'type',
  'sequence',
  'table',
  'view',
  'matview',
  'routine',
])

/** Of objects of the model; the sequence of an identity goes with its column. Most are the reader's, and only the others are asked for. */
export async function readOwners(read: Read, registry: Registry): Promise<Owners> {
  const others = new Map<ObjectKey, string>()
  for (const { class: catalog, oid, owner } of await read<OwnerRow>('catalog_owners')) {
    const key = registry.keyOf(catalog, oid)
    if (key !== undefined) others.set(key, owner)
  }
  const [reader] = await read<{ readonly name: string }>('catalog_reader')
  const of = new Map<ObjectKey, string>()
  for (const { key, kind } of registry.objects.values())
    if (OWNED.has(kind)) of.set(key, others.get(key) ?? reader!.name)
  return Object.freeze({ reader: reader!.name, of })
}
