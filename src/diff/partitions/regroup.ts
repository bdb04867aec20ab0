import { ident } from '../../kernel/index.ts'
import { labelOf, nameIn, type Table } from '../../model/index.ts'
import { type ActionHazard, planHazard } from '../hazards.ts'
import { labelOfKey, locksOn } from '../label.ts'
import type { Action, DiffContext } from '../rule.ts'
import { attachAction, dropBoundCheck, prepareAttach, proveBound } from './attach.ts'
import { boundCondition } from './condition.ts'
import { isMoveTarget } from './create.ts'
import { attachedKey, attachLocks, detachedKey, detachLocks, referencedLocks } from './locks.ts'
import type { Move, PartitionSet } from './set.ts'
import { BOUND_CHECK } from './shape.ts'
import { boundOf, descendantsOf, isDefault, membersOf, parentOf } from './tree.ts'

/** Who writes the statements that concern several partitions of one table: they are one transaction. */
export function leaderOf({ rebound, created, attached, emptied }: PartitionSet): Table | undefined {
  return rebound[0]?.after ?? created[0] ?? attached[0] ?? emptied[0]
}

/**
 * New bounds in one transaction: lock, move the rows that belong elsewhere, detach, attach. What can be proven or built without
 * a lock is done before it.
 */
export function regroup(set: PartitionSet, context: DiffContext): readonly Action[] {
  const group = new Group(set, context)
  const inside = group.inside()
  const [first, ...rest] = inside
  if (first === undefined) return group.before()
  const begin = { ...first, needs: group.needs() }
  return [...group.before(), begin, ...rest.map((action) => ({ ...action, together: true }))]
}

class Group {
  readonly #set: PartitionSet
  readonly #context: DiffContext

  constructor(set: PartitionSet, context: DiffContext) {
    this.#set = set
    this.#context = context
  }

  /** While everybody works. */
  before(): readonly Action[] {
    const { rebound, attached, emptied, key } = this.#set
    const context = this.#context
    return [
      ...emptied.flatMap((table) => this.#proveHomes(table)),
      ...rebound.flatMap(({ after, grows }) =>
        grows ? proveBound(after, boundCondition(key, boundOf(after)), context) : [],
      ),
      ...attached.flatMap((table) => prepareAttach(table, context)),
    ]
  }

  inside(): readonly Action[] {
    const { rebound, created, attached, emptied } = this.#set
    const detaches = [...rebound.map(({ before }) => before), ...emptied]
    const incoming = [...created, ...rebound.map(({ after }) => after), ...attached]
    return [
      ...this.#rowSecurity(),
      ...this.#locks(),
      ...this.#early().map((move) => this.#move(move)),
      ...detaches.map((table) => this.#detach(table)),
      ...this.#late().map((move) => this.#move(move)),
      ...this.#leftovers(),
      ...defaultLast(incoming).map((table) => this.#attach(table)),
      ...incoming
        .filter((table) => this.#hasCheck(table))
        .map((table) => dropBoundCheck(table, this.#context)),
      ...emptied.map((table) => this.#drop(table)),
    ]
  }

  /** A policy that hides rows from their owner would lose them here: with this the server ends with an error instead. */
  #rowSecurity(): readonly Action[] {
    const sources = this.#set.moves.map(({ source }) => source)
    if (!sources.some(({ rowSecurity }) => rowSecurity !== 'off')) return []
    return [{ sql: 'SET LOCAL row_security = off', reverse: { sql: [] } }]
  }

  /**
   * Of the parent first: who writes through it holds a lock on it already, and would wait for us as we for it. Then of every table
   * whose rows move: who writes to a partition by its own name has no lock on the parent, and a row of his that came between the copy
   * and the DETACH would be lost.
   */
  #locks(): readonly Action[] {
    const { parent, rebound, emptied, drained, moves } = this.#set
    const isDetached = moves.length > 0 && (rebound.length > 0 || emptied.length > 0)
    const sources = new Set(moves.map(({ source }) => source).filter(({ key }) => key !== drained?.key))
    return [
      ...(isDetached
        ? [this.#lock(parent, 'ONLY '), ...[...sources].map((table) => this.#lock(table, ''))]
        : []),
      ...(drained ? [this.#lock(drained, '')] : []),
    ]
  }

  #lock(table: Table, only: string): Action {
    const { parent, drained, moves } = this.#set
    const isSaid = table.key === parent.key || table.key === drained?.key
    return {
      sql: `LOCK TABLE ${only}${nameIn(table.key)} IN SHARE ROW EXCLUSIVE MODE`,
      locks: locksOn(this.#context, table.key, 'SHARE ROW EXCLUSIVE'),
      reverse: { sql: [] },
      hazards: isSaid && moves.length > 0 ? [this.#moveHazard(table)] : [],
    }
  }

  #moveHazard(table: Table): ActionHazard {
    const moves = this.#set.moves.map(({ source, target }) => `${labelOf(source)} to ${labelOf(target)}`)
    return planHazard('lock-table', { table: labelOf(table), name: moves.join(', ') }, { variant: 'moves' })
  }

  /** Tables and what is below them are ready before anything is locked. */
  needs(): NonNullable<Action['needs']> {
    const { created, attached, rebound } = this.#set
    const tables = [...created, ...attached]
    return [
      ...[...tables, ...rebound.map(({ after }) => after)].flatMap((table) => [
        ...(attachAction(table, this.#context).needs ?? []),
      ]),
      ...created.map(({ key }) => key),
      ...tables.flatMap((table) => descendantsOf(this.#context.to, table.key).map(({ key }) => key)),
      ...attached.map(({ key }) => detachedKey(key)),
    ]
  }

  /** What is copied out of a partition that goes away can be copied while it is still read. */
  #early(): readonly Move[] {
    return this.#set.moves.filter((move) => this.#isGone(move.source) && this.#isUnseen(move.target))
  }

  #late(): readonly Move[] {
    const early = this.#early()
    return this.#set.moves.filter((move) => !early.includes(move))
  }

  #isGone(table: Table): boolean {
    return this.#set.emptied.includes(table)
  }

  #isUnseen(table: Table): boolean {
    return this.#set.created.includes(table)
  }

  #move({ source, target }: Move): Action {
    const condition = boundCondition(this.#set.key, boundOf(target))!
    const columns = this.#columns()
    const insert = `INSERT INTO ${nameIn(target.key)} (${columns}) OVERRIDING SYSTEM VALUE SELECT ${columns}`
    const sql = this.#isGone(source)
      ? `${insert} FROM ${nameIn(source.key)} WHERE ${condition}`
      : `WITH moved AS (DELETE FROM ${nameIn(source.key)} WHERE ${condition} RETURNING ${columns}) ${insert} FROM moved`
    return { sql, scans: true, locks: this.#locksOfMove(source, target), reverse: MOVED }
  }

  #locksOfMove(source: Table, target: Table): NonNullable<Action['locks']> {
    const mode = this.#isGone(source) ? 'ACCESS SHARE' : 'ROW EXCLUSIVE'
    return [
      ...locksOn(this.#context, source.key, mode),
      ...locksOn(this.#context, target.key, 'ROW EXCLUSIVE'),
    ]
  }

  /** What no new bound takes goes to the default partition. */
  #leftovers(): readonly Action[] {
    const { keptDefault, rebound, emptied, key } = this.#set
    if (keptDefault === undefined) return []
    const columns = this.#columns()
    const insert = `INSERT INTO ${nameIn(keptDefault.key)} (${columns}) OVERRIDING SYSTEM VALUE SELECT ${columns}`
    const shrunk = rebound.filter(({ grows, before }) => !grows && !isDefault(before))
    return [
      ...shrunk.map(({ before, after }) => {
        const outside = `${boundCondition(key, boundOf(after))} IS NOT TRUE`
        const source = `DELETE FROM ${nameIn(before.key)} WHERE ${outside} RETURNING ${columns}`
        return { sql: `WITH moved AS (${source}) ${insert} FROM moved`, scans: true, reverse: MOVED }
      }),
      ...emptied.map((table) => ({
        sql: `${insert} FROM ${nameIn(table.key)} WHERE ${this.#homes(table)} IS NOT TRUE`,
        scans: true,
        reverse: MOVED,
      })),
    ]
  }

  /** Where the rows of a partition that goes away belong. */
  #homes(source: Table): string {
    const targets = this.#set.moves.filter((move) => move.source === source).map(({ target }) => target)
    return `(${targets.map((target) => boundCondition(this.#set.key, boundOf(target))).join(' OR ')})`
  }

  /** The server itself finds a row without a home, before anything is locked. */
  #proveHomes(table: Table): readonly Action[] {
    if (this.#set.keptDefault !== undefined) return []
    return proveBound(table, this.#homes(table), this.#context)
  }

  #detach(table: Table): Action {
    return {
      sql: `ALTER TABLE ${nameIn(this.#set.parent.key)} DETACH PARTITION ${nameIn(table.key)}`,
      locks: detachLocks(this.#set.parent.key, table, this.#context),
      reverse: MOVED,
    }
  }

  #attach(table: Table): Action {
    const action = attachAction(table, this.#context)
    const { rebound, parent } = this.#set
    const isShrunk = rebound.some(({ after, grows }) => after === table && !grows)
    return {
      ...action,
      makes: [attachedKey(table.key)],
      needs: [],
      locks: attachLocks(parent.key, table, this.#context),
      ...(isShrunk ? { scans: true, hazards: [...(action.hazards ?? []), shrinkHazard(table)] } : {}),
      reverse: MOVED,
    }
  }

  #hasCheck(table: Table): boolean {
    const { created, rebound, attached, key } = this.#set
    if (isDefault(table) && !attached.includes(table)) return false
    if (boundCondition(key, boundOf(table)) === undefined && !isDefault(table)) return false
    if (created.includes(table)) return isMoveTarget(this.#set, table)
    const again = rebound.find(({ after }) => after === table)
    return again
      ? again.grows
      : prepareAttach(table, this.#context).some(({ sql }) => sql.includes(BOUND_CHECK))
  }

  #drop(table: Table): Action {
    return {
      sql: `DROP TABLE ${nameIn(table.key)}`,
      drops: [table.key],
      locks: [
        ...locksOn(this.#context, table.key, 'ACCESS EXCLUSIVE'),
        ...referencedLocks(this.#set.parent.key, this.#context, 'ACCESS EXCLUSIVE'),
      ],
      reverse: MOVED,
      comment: `its rows have been moved`,
    }
  }

  #columns(): string {
    const { columns } = membersOf(this.#context.to, this.#set.parent.key)
    return columns
      .filter(({ generated }) => generated === undefined)
      .map(({ name }) => ident(name))
      .join(', ')
  }
}

const MOVED = { none: 'rows have been moved: compare the two states the other way round for the way back' }

function defaultLast(tables: readonly Table[]): readonly Table[] {
  return [...tables.filter((table) => !isDefault(table)), ...tables.filter(isDefault)]
}

function shrinkHazard(table: Table): ActionHazard {
  const facts = { partition: labelOf(table), parent: labelOfKey(parentOf(table)!) }
  return planHazard('attach-scans', facts, { variant: 'shrunk' })
}
