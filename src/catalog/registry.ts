import { type ObjectKey, objectKey, type SchemaObject } from '../model/index.ts'
import type { SharedObjects } from './shared.ts'

/** oids of the system catalogs: constants of PostgreSQL. */
export const CLASS = {
  type: 1247,
  routine: 1255,
  relation: 1259,
  schema: 2615,
  constraint: 2606,
  rule: 2618,
  trigger: 2620,
  extension: 3079,
  policy: 3256,
  statistics: 3381,
} as const

const NONE: ReadonlySet<ObjectKey> = new Set()

/** What the oids of each system catalog stand for. */
class ByOid {
  readonly #catalogs = new Map<number, Map<number, ObjectKey>>()

  get(catalog: number, oid: number): ObjectKey | undefined {
    return this.#catalogs.get(catalog)?.get(oid)
  }

  set(catalog: number, oid: number, key: ObjectKey): void {
    const known = this.#catalogs.get(catalog)
    if (known) known.set(oid, key)
    else this.#catalogs.set(catalog, new Map([[oid, key]]))
  }
}

/** What has been read so far: the objects, what each needs, and which oid is which key. */
export class Registry {
  readonly objects = new Map<ObjectKey, SchemaObject>()
  readonly needs = new Map<ObjectKey, ReadonlySet<ObjectKey>>()
  /** Most columns need their table and nothing else: they share one set for a table, which is copied when one needs more. */
  readonly #alone = new Map<ObjectKey, ReadonlySet<ObjectKey>>()
  readonly #texts = new Map<string, string>()
  readonly #keys = new ByOid()
  readonly #columns = new Map<number, ObjectKey[]>()
  readonly #checks = new Map<number, ObjectKey>()
  readonly #members = new ByOid()
  readonly #unknown = new Map<string, string>()
  /** What objects need that is of no kind of this model. */
  readonly unknownNeeds = new Map<ObjectKey, readonly string[]>()
  readonly #namespaces = new Map<number, { readonly name: string; readonly quoted: string }>()

  readonly #shared: SharedObjects | undefined

  constructor(shared?: SharedObjects) {
    this.#shared = shared
    shared?.join(this.objects)
  }

  /** The one of the other catalogs, where they have it. */
  key(key: ObjectKey): ObjectKey {
    return this.#shared?.key(key) ?? key
  }

  /** Names may be known before the object is: tables point at each other. */
  name(catalog: number, oid: number, key: ObjectKey): void {
    this.#keys.set(catalog, oid, key)
  }

  nameColumn(relation: number, position: number, key: ObjectKey): void {
    const columns = this.#columns.get(relation) ?? []
    columns[position] = key
    this.#columns.set(relation, columns)
  }

  /** Of a domain, which it is part of. */
  nameCheck(oid: number, { domain, key }: { readonly domain: ObjectKey; readonly key: ObjectKey }): void {
    this.name(CLASS.constraint, oid, domain)
    this.#checks.set(oid, key)
  }

  nameSchema(oid: number, name: string, quoted: string): void {
    this.#namespaces.set(oid, { name, quoted })
  }

  nameMember(catalog: number, oid: number, extension: ObjectKey): void {
    this.#members.set(catalog, oid, extension)
  }

  nameUnknown(catalog: number, oid: number, label: string): void {
    this.#unknown.set(`${catalog} ${oid}`, label)
  }

  needUnknown(key: ObjectKey, catalog: number, oid: number): void {
    const label = this.#unknown.get(`${catalog} ${oid}`)
    const known = this.unknownNeeds.get(key) ?? []
    if (label !== undefined && !known.includes(label)) this.unknownNeeds.set(key, [...known, label])
  }

  add(object: SchemaObject): void {
    this.objects.set(object.key, this.#shared?.object(object) ?? Object.freeze(object))
    if (!this.needs.has(object.key)) this.needs.set(object.key, NONE)
  }

  /** To be called when all of them are known. */
  shareNeeds(): void {
    if (this.#shared === undefined) return
    for (const [key, set] of this.needs) this.needs.set(key, this.#shared.needs(key, set))
    this.#shared.done(this.needs)
  }

  /** Of what is not there nothing is needed: not everything that a server knows is of this model. */
  need(key: ObjectKey, ...needed: readonly (ObjectKey | undefined)[]): void {
    for (const other of needed) if (other !== undefined && other !== key) this.#needOne(key, other)
  }

  /** `positions`: attnums, 0 for an expression: "1 0 3". */
  needColumns(key: ObjectKey, relation: number, positions: string): void {
    const columns = this.#columns.get(relation)
    for (const position of positions.split(' ')) this.need(key, columns?.[Number(position)])
  }

  #needOne(key: ObjectKey, other: ObjectKey): void {
    const known = this.needs.get(key) ?? NONE
    if (known.has(other)) return
    if (known.size === 0) this.needs.set(key, this.#only(other))
    else if (known.size === 1) this.needs.set(key, new Set(known).add(other))
    else (known as Set<ObjectKey>).add(other)
  }

  #only(other: ObjectKey): ReadonlySet<ObjectKey> {
    const known = this.#alone.get(other)
    if (known) return known
    const set = new Set([other])
    this.#alone.set(other, set)
    return set
  }

  /** Tens of thousands of columns have a few types and names: each text is kept once. */
  once(text: string): string {
    const known = this.#texts.get(text)
    if (known !== undefined) return known
    this.#texts.set(text, text)
    return text
  }

  schemaName(oid: number): string {
    return this.#namespaces.get(oid)?.name ?? ''
  }

  /** As the server writes it in definitions. */
  quotedSchema(oid: number): string {
    return this.#namespaces.get(oid)?.quoted ?? ''
  }

  /** Undefined for public and schemas that are not read. */
  schemaKey(name: string): ObjectKey | undefined {
    const key = objectKey('schema', name)
    return this.objects.has(key) ? key : undefined
  }

  isMember(catalog: number, oid: number): boolean {
    return this.#members.get(catalog, oid) !== undefined
  }

  extensionOf(catalog: number, oid: number): ObjectKey | undefined {
    return this.#members.get(catalog, oid)
  }

  keyOf(catalog: number, oid: number | null): ObjectKey | undefined {
    return oid === null ? undefined : this.#keys.get(catalog, oid)
  }

  relation(oid: number | null): ObjectKey | undefined {
    return this.keyOf(CLASS.relation, oid)
  }

  /** Of a domain, for its comment, though it is no object. */
  check(oid: number): ObjectKey | undefined {
    return this.#checks.get(oid)
  }

  /** Of tables; of views and composite types, too, for their comments and grants, though those are no objects. */
  column(relation: number, position: number): ObjectKey | undefined {
    return this.#columns.get(relation)?.[position]
  }

  columnsOf(relation: number): readonly (ObjectKey | undefined)[] {
    return this.#columns.get(relation) ?? []
  }
}
