import { kindIn, type ObjectKey, type Owners } from '../model/index.ts'
import type { Registry } from './registry.ts'
import type { Read } from './snapshot.ts'

interface OwnerRow {
  readonly class: number
  readonly oid: number
  readonly owner: string
}

/** Of objects of the model; the sequence of an identity goes with its column. */
export async function readOwners(read: Read, registry: Registry): Promise<Owners> {
  const of = new Map<ObjectKey, string>()
  for (const { class: catalog, oid, owner } of await read<OwnerRow>('catalog_owners')) {
    const key = registry.keyOf(catalog, oid)
    if (key !== undefined && kindIn(key) !== 'column' && registry.objects.has(key)) of.set(key, owner)
  }
  const [reader] = await read<{ readonly name: string }>('catalog_reader')
  return Object.freeze({ reader: reader!.name, of })
}
