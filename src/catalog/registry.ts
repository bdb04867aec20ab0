import { type ObjectKey, objectKey, type SchemaObject } from '../model/index.ts'

/** oids of the system catalogs: constants of PostgreSQL. */
export const CLASS = {
  type: 1247,
  routine: 1255,
  relation: 1259,
  default: 2604,
  schema: 2615,
  constraint: 2606,
  rule: 2618,
  trigger: 2620,
  extension: 3079,
  policy: 3256,
  statistics: 3381,
} as const

/** One number for the two that name an object of the server; both are below 2^32, the class below 2^14. */
const address = (catalog: number, oid: number) => catalog * 2 ** 32 + oid

/** What has been read so far: the objects, what each needs, and which oid is which key. */
export class Registry {
  readonly objects = new Map<ObjectKey, SchemaObject>()
  readonly needs = new Map<ObjectKey, Set<ObjectKey>>()
  readonly #keys = new Map<number, ObjectKey>()
  readonly #columns = new Map<number, ObjectKey[]>()
  readonly #members = new Map<number, ObjectKey>()
  readonly #namespaces = new Map<number, string>()

  /** Names may be known before the object is: tables point at each other. */
  name(catalog: number, oid: number, key: ObjectKey): void {
    this.#keys.set(address(catalog, oid), key)
  }

  nameColumn(relation: number, position: number, key: ObjectKey): void {
    const columns = this.#columns.get(relation) ?? []
    columns[position] = key
    this.#columns.set(relation, columns)
  }

  nameSchema(oid: number, name: string): void {
    this.#namespaces.set(oid, name)
  }

  nameMember(catalog: number, oid: number, extension: ObjectKey): void {
    this.#members.set(address(catalog, oid), extension)
  }

  add(object: SchemaObject): void {
    this.objects.set(object.key, Object.freeze(object))
    if (!this.needs.has(object.key)) this.needs.set(object.key, new Set())
  }

  /** Of what is not there nothing is needed: not everything that a server knows is of this model. */
  need(key: ObjectKey, ...needed: readonly (ObjectKey | undefined)[]): void {
    const set = this.needs.get(key) ?? new Set()
    if (set.size === 0) this.needs.set(key, set)
    for (const other of needed) if (other !== undefined && other !== key) set.add(other)
  }

  schemaName(oid: number): string {
    return this.#namespaces.get(oid) ?? ''
  }

  /** Undefined for public and schemas that are not read. */
  schemaKey(name: string): ObjectKey | undefined {
    const key = objectKey('schema', name)
    return this.objects.has(key) ? key : undefined
  }

  isMember(catalog: number, oid: number): boolean {
    return this.#members.has(address(catalog, oid))
  }

  extensionOf(catalog: number, oid: number): ObjectKey | undefined {
    return this.#members.get(address(catalog, oid))
  }

  keyOf(catalog: number, oid: number | null): ObjectKey | undefined {
    return oid === null ? undefined : this.#keys.get(address(catalog, oid))
  }

  relation(oid: number | null): ObjectKey | undefined {
    return this.keyOf(CLASS.relation, oid)
  }

  /** Of tables; of views, too, for their comments and grants, though those are no objects. */
  column(relation: number, position: number): ObjectKey | undefined {
    return this.#columns.get(relation)?.[position]
  }

  columnsOf(relation: number): readonly (ObjectKey | undefined)[] {
    return this.#columns.get(relation) ?? []
  }
}
