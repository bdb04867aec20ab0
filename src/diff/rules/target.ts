import { ident, qualified } from '../../kernel/index.ts'
import { kindIn, nameIn, type ObjectKey, type SchemaObject } from '../../model/index.ts'
import type { DiffContext } from '../rule.ts'
import { nameFor } from './about.ts'

const KINDS: Readonly<Record<SchemaObject['kind'], string>> = {
  schema: 'SCHEMA',
  extension: 'EXTENSION',
  enum: 'TYPE',
  domain: 'DOMAIN',
  type: 'TYPE',
  sequence: 'SEQUENCE',
  table: 'TABLE',
  column: 'COLUMN',
  constraint: 'CONSTRAINT',
  index: 'INDEX',
  statistics: 'STATISTICS',
  view: 'VIEW',
  matview: 'MATERIALIZED VIEW',
  routine: 'ROUTINE',
  trigger: 'TRIGGER',
  policy: 'POLICY',
  rule: 'RULE',
  grant: 'GRANT',
  comment: 'COMMENT',
}

/** The object as COMMENT ON names it: TRIGGER "t" ON "public"."events". */
export function commentTarget(key: ObjectKey, context: DiffContext): string {
  const object = context.to.objects.get(key) ?? context.from.objects.get(key)
  const kind = KINDS[object?.kind ?? kindIn(key)]
  if (object === undefined) return targetByKey(key, kind, context)
  switch (object.kind) {
    case 'constraint': {
      const owner = nameFor(object.table, context)
      return `CONSTRAINT ${ident(object.name)} ON ${kindIn(object.table) === 'domain' ? `DOMAIN ${owner}` : owner}`
    }
    case 'trigger':
    case 'policy':
    case 'rule':
      return `${kind} ${ident(object.name)} ON ${nameFor(object.table, context)}`
    case 'column':
      return `COLUMN ${nameFor(object.table, context)}.${ident(object.name)}`
    case 'routine':
      return `ROUTINE ${routineSignature(object)}`
    case 'schema':
    case 'extension':
      return `${kind} ${ident(object.name)}`
    default:
      return `${kind} ${nameFor(key, context)}`
  }
}

/** What the model does not hold by itself: columns of views and of composite types, CHECKs of domains. */
function targetByKey(key: ObjectKey, kind: string, { from, to }: DiffContext): string {
  if (kind !== 'CONSTRAINT') return `${kind} ${nameIn(key)}`
  const parts = nameParts(nameIn(key))
  const owner = parts.slice(0, -1).join('.')
  const domain = `domain ${owner}` as ObjectKey
  const isDomain = to.objects.has(domain) || from.objects.has(domain)
  return `CONSTRAINT ${parts.at(-1)} ON ${isDomain ? 'DOMAIN ' : ''}${owner}`
}

/** "a"."b.c" → "a", "b.c", each still quoted. */
export function nameParts(name: string): readonly string[] {
  return name.match(/"(?:[^"]|"")*"/g) ?? []
}

export function routineSignature(routine: {
  readonly name: { readonly schema: string; readonly name: string }
  readonly arguments: string
}): string {
  return `${qualified(routine.name)}(${routine.arguments})`
}
