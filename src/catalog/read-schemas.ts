import { objectKey } from '../model/index.ts'
import { CLASS, type Registry } from './registry.ts'
import type { Read } from './snapshot.ts'

interface NamespaceRow {
  readonly oid: number
  readonly name: string
  readonly quoted: string
}

interface ExtensionRow {
  readonly oid: number
  readonly name: string
  readonly version: string
  readonly schema: string
}

interface MemberRow {
  readonly class: number
  readonly oid: number
  readonly extension: number
}

/** Schemas, extensions, and what belongs to extensions: others are read by these. */
export async function readSchemas(read: Read, registry: Registry): Promise<void> {
  const namespaces = await read<NamespaceRow>('catalog_namespaces')
  for (const { oid, name, quoted } of namespaces) registry.nameSchema(oid, name, quoted)
  const extensions = await read<ExtensionRow>('catalog_extensions')
  const keys = new Map(extensions.map(({ oid, name }) => [oid, objectKey('extension', name)]))
  for (const row of await read<MemberRow>('catalog_members')) {
    const key = keys.get(row.extension)
    if (key) registry.nameMember(row.class, row.oid, key)
  }
  for (const { oid, name } of namespaces) {
    const key = objectKey('schema', name)
    registry.name(CLASS.schema, oid, key)
    if (name !== 'public' && !registry.isMember(CLASS.schema, oid))
      registry.add({ kind: 'schema', key, name })
  }
  for (const { oid, name, version, schema } of extensions) {
    const key = objectKey('extension', name)
    registry.name(CLASS.extension, oid, key)
    registry.add({ kind: 'extension', key, name, schema, version })
    registry.need(key, registry.schemaKey(schema))
  }
}
