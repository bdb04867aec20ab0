import type { Sql } from '../../src/db/index.ts'
import { LOCK_MODES, type Lock, type LockMode, type PlanStatement } from '../../src/diff/index.ts'
import { plainName } from '../../src/kernel/index.ts'

/** A lock that a plan does not say as it is. */
export interface Difference {
  readonly statement: string
  readonly relation: string
  readonly taken: string
  readonly named: string
}

/** Relations by their OID, as plans write them: a plan may give them other names. */
export type Relations = ReadonlyMap<number, string>

const [READ, MEMBERS] = [`'r', 'p', 'm', 'v'`, `'S', 'i', 'I'`]

/** Tables and views. */
export function relationsOf(sql: Pick<Sql, 'unsafe'>, kinds = READ): Promise<Relations> {
  const rows = sql.unsafe<{ oid: number; schema: string; name: string }[]>(`
    select c.oid::int, n.nspname as schema, c.relname as name from pg_class c join pg_namespace n on n.oid = c.relnamespace
     where c.relkind in (${kinds}) and n.nspname !~ '^pg_' and n.nspname <> 'information_schema'`)
  return rows.then((all) => new Map(all.map(({ oid, schema, name }) => [oid, plainName({ schema, name })])))
}

export interface Taken {
  readonly relation: number
  readonly mode: string
}

const MODES: Readonly<Record<string, LockMode>> = Object.fromEntries(
  LOCK_MODES.map((mode) => [`${mode.replaceAll(' ', '').toLowerCase()}lock`, mode]),
)

export function namedLocks(taken: readonly Taken[], relations: Relations): readonly Lock[] {
  return taken.flatMap(({ relation, mode }) => {
    const name = relations.get(relation)
    return name === undefined ? [] : [{ relation: name, mode: MODES[mode.toLowerCase()]! }]
  })
}

/** Of the strongest of each relation; those of mere readers need not be said. */
export function differences(
  { sql }: Pick<PlanStatement, 'sql'>,
  taken: readonly Lock[],
  named: readonly Lock[],
): readonly Difference[] {
  const relations = [...new Set([...taken, ...named].map(({ relation }) => relation))].sort()
  return relations.flatMap((relation) => {
    const [real, said] = [strongest(taken, relation), strongest(named, relation)]
    if (real === said || Math.max(rank(real), rank(said)) <= rank('ACCESS SHARE')) return []
    return [{ statement: sql, relation, taken: real ?? 'none', named: said ?? 'none' }]
  })
}

export function strongest(locks: readonly Lock[], relation: string): LockMode | undefined {
  return locks
    .filter((lock) => lock.relation === relation)
    .map(({ mode }) => mode)
    .sort((a, b) => rank(b) - rank(a))[0]
}

export function rank(mode: LockMode | undefined): number {
  return mode === undefined ? -1 : LOCK_MODES.indexOf(mode)
}

export function locksOfMine(sql: Pick<Sql, 'unsafe'>): Promise<readonly Taken[]> {
  return sql.unsafe<Taken[]>(
    `select relation::int, mode from pg_locks where pid = pg_backend_pid() and locktype = 'relation'`,
  )
}

/** Older servers take less here and there, for foreign keys of partitioned tables. */
const NEWEST = 180_000

function isWeaker({ taken, named }: Difference): boolean {
  const [real, said] = [taken, named].map((mode) => LOCK_MODES.indexOf(mode as LockMode))
  return real! > said!
}

/** Names and locks at one moment. */
interface Look {
  readonly names: Relations
  readonly held: readonly Lock[]
}

/** Runs statements, and compares what each of them locks with what it says. */
export class LockCheck {
  readonly found: Difference[] = []
  readonly #there: Relations
  readonly #members: Relations

  readonly #isExact: boolean

  private constructor(there: Relations, members: Relations, isExact: boolean) {
    this.#there = there
    this.#members = members
    this.#isExact = isExact
  }

  /** Of what is there before the plan: what it makes itself is nobody's. */
  static async of(sql: Pick<Sql, 'unsafe'>): Promise<LockCheck> {
    const [server] = await sql.unsafe<{ version: number }[]>(
      `select current_setting('server_version_num')::int as version`,
    )
    return new LockCheck(await relationsOf(sql), await relationsOf(sql, MEMBERS), server!.version >= NEWEST)
  }

  /** All in one transaction, whose end gives their locks back. */
  async run(tx: Pick<Sql, 'unsafe'>, statements: readonly PlanStatement[]): Promise<void> {
    let before = await this.#look(tx)
    for (const statement of statements) {
      await tx.unsafe(statement.sql).catch((error: Error) => {
        throw Object.assign(error, { statement: statement.sql })
      })
      const now = await this.#look(tx)
      const named = statement.locks.flatMap((lock) => this.#known(lock, { before, now }))
      const [taken, held] = [now.held, before.held].map((locks) => this.#heeded(locks, named))
      const found = differences(statement, taken!, [...held!, ...named])
      this.found.push(...found.filter((one) => this.#isExact || isWeaker(one)))
      before = now
    }
  }

  async #look(tx: Pick<Sql, 'unsafe'>): Promise<Look> {
    const [names, taken] = await Promise.all([relationsOf(tx, `${READ}, ${MEMBERS}`), locksOfMine(tx)])
    return { names, held: namedLocks(taken, new Map([...this.#members, ...this.#there])) }
  }

  /** Nobody waits for an index or a sequence but through its table: those locks need not be said. */
  #heeded(held: readonly Lock[], named: readonly Lock[]): readonly Lock[] {
    const said = new Set([...this.#there.values(), ...named.map(({ relation }) => relation)])
    return held.filter(({ relation }) => said.has(relation))
  }

  /** Under the name that it had before the plan; of two that had the name, one after the other, the one that is locked. */
  #known(lock: Lock, { before, now }: Readonly<Record<'before' | 'now', Look>>): readonly Lock[] {
    const first = new Map([...this.#members, ...this.#there])
    const oids = [before.names, now.names, first].flatMap((names) =>
      [...names].flatMap(([oid, name]) => (name === lock.relation ? [oid] : [])),
    )
    if (oids.length === 0) return [{ ...lock, relation: `${lock.relation} (which is not there)` }]
    const own = oids.flatMap((oid) => first.get(oid) ?? [])
    const isHeld = (relation: string) => now.held.some((held) => held.relation === relation)
    const relation = own.find(isHeld) ?? (first.has(oids[0]!) ? own[0] : undefined)
    return relation === undefined ? [] : [{ ...lock, relation }]
  }
}
