import { annotationKey, type Grant, kindIn, type ObjectKey, objectKey } from '../model/index.ts'
import { CLASS, type Registry } from './registry.ts'
import type { Read } from './snapshot.ts'

interface AnnotatedRow {
  readonly class: number
  readonly oid: number
  /** attnum, of columns. */
  readonly sub: number
}

interface GrantRow extends AnnotatedRow {
  readonly role: string
  readonly privileges: Grant['privileges']
}

interface CommentRow extends AnnotatedRow {
  readonly text: string
}

/** The schema is no object; what everybody may do there depends on who made it, and when. Grants to roles are read. */
const PUBLIC = objectKey('schema', 'public')

/** Grants and comments, on objects of the model and on what is part of them. */
export async function readAnnotations(read: Read, registry: Registry): Promise<void> {
  for (const { role, privileges, ...row } of await read<GrantRow>('catalog_grants')) {
    const on = annotated(row, registry)
    if (on === undefined || (role === 'public' && on === PUBLIC)) continue
    const key = annotationKey('grant', on, role)
    registry.add({
      kind: 'grant',
      key,
      on,
      role,
      privileges: Object.freeze(privileges.map((privilege) => Object.freeze(privilege))),
    })
    registry.need(key, ...owners(on, row, registry))
  }
  for (const { text, ...row } of await read<CommentRow>('catalog_comments')) {
    const on = annotated(row, registry)
    // An extension brings its comment along.
    if (on === undefined || kindIn(on) === 'extension' || on === PUBLIC) continue
    const key = annotationKey('comment', on)
    registry.add({ kind: 'comment', key, on, text })
    registry.need(key, ...owners(on, row, registry))
  }
}

function annotated({ class: catalog, oid, sub }: AnnotatedRow, registry: Registry): ObjectKey | undefined {
  if (catalog === CLASS.relation && sub > 0) return registry.column(oid, sub)
  const check = catalog === CLASS.constraint ? registry.check(oid) : undefined
  if (check !== undefined) return check
  const key = registry.keyOf(catalog, oid)
  // What is lifted to a column (an identity's sequence, a default) is not that.
  return key !== undefined && kindIn(key) === 'column' ? undefined : key
}

/** Columns of views and of composite types and CHECKs of domains are part of those; the schema public is no object. */
function owners(
  on: ObjectKey,
  { class: catalog, oid }: AnnotatedRow,
  registry: Registry,
): readonly ObjectKey[] {
  const owner = registry.objects.has(on) ? on : registry.keyOf(catalog, oid)
  return owner !== undefined && registry.objects.has(owner) ? [owner] : []
}
