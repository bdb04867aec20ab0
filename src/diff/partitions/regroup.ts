import { nameIn, type Table } from '../../model/index.ts'
import type { ActionHazard } from '../hazards.ts'
import { locksOn } from '../label.ts'
import type { Action, DiffContext } from '../rule.ts'
import {
  attachAction,
  dropBoundCheck,
  isProvenBound,
  prepareAttach,
  proveBound,
  takeIdentities,
} from './attach.ts'
import { boundCondition } from './condition.ts'
import { isMoveTarget } from './create.ts'
import {
  attachedKey,
  attachLocks,
  detachedKey,
  detachLocks,
  locksOnTree,
  referencedLocks,
  shrinkHazard,
} from './locks.ts'
import {
  columnsOf,
  isEarly,
  MOVED,
  moveAction,
  readsHazard,
  spillHazard,
  withoutTriggers,
  writesHazard,
} from './moves.ts'
import type { PartitionSet, Rebound } from './set.ts'
import { type ShrinkProof, shrinkProof } from './shrink.ts'
import { boundOf, descendantsOf, isDefault } from './tree.ts'

/** Who writes the statements that concern several partitions of one table: they are one transaction. */
export function leaderOf({ rebound, created, attached, emptied }: PartitionSet): Table | undefined {
  return rebound[0]?.after ?? created[0] ?? attached[0] ?? emptied[0]
}

/**
 * New bounds in one transaction: lock writers out, move the rows that belong elsewhere while they are still read where they were,
 * then detach and attach. What can be proven or built without a lock is done before it.
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
  readonly #early: PartitionSet['moves']
  readonly #late: PartitionSet['moves']
  readonly #spilling: readonly Table[]
  readonly #proofs: ReadonlyMap<Rebound, ShrinkProof>

  constructor(set: PartitionSet, context: DiffContext) {
    this.#set = set
    this.#context = context
    this.#early = set.moves.filter((move) => isEarly(move, set, context))
    this.#late = set.moves.filter((move) => !this.#early.includes(move))
    this.#spilling = set.keptDefault === undefined ? [] : set.spilling
    this.#proofs = this.#proofsOf()
  }

  /** Of what is read outside of its new bound before it is detached: what gives rows away early, and to partitions alone. */
  #proofsOf(): ReadonlyMap<Rebound, ShrinkProof> {
    const found = this.#set.rebound.flatMap((one) => {
      const isLate = this.#late.some(({ source }) => source === one.before)
      if (one.grows || isLate || isDefault(one.before) || this.#spilling.includes(one.before)) return []
      const proof = shrinkProof(one, this.#set, this.#context)
      return proof === undefined ? [] : [[one, proof] as const]
    })
    return new Map(found)
  }

  /** While everybody works. */
  before(): readonly Action[] {
    const { rebound, attached, emptied, key } = this.#set
    const context = this.#context
    return [
      ...emptied.flatMap((table) => this.#proveHomes(table)),
      ...rebound.flatMap((one) =>
        one.grows
          ? proveBound(one.after, boundCondition(key, boundOf(one.after)), context)
          : (this.#proofs.get(one)?.before ?? []),
      ),
      ...attached.flatMap((table) => prepareAttach(table, context)),
    ]
  }

  inside(): readonly Action[] {
    const { rebound, created, attached, emptied } = this.#set
    const detaches = [...rebound.map(({ before }) => before), ...emptied]
    const incoming = [...created, ...rebound.map(({ after }) => after), ...attached]
    const proofs = [...this.#proofs.values()]
    return [
      ...this.#rowSecurity(),
      ...this.#locks(),
      ...this.#earlyMoves(),
      ...proofs.flatMap(({ inside }) => inside),
      ...detaches.map((table, i) => this.#detach(table, i === 0 ? this.#waits() : [])),
      ...this.#late.map((move) => moveAction(move, this.#set, this.#context)),
      ...this.#leftovers(),
      ...defaultLast(incoming).flatMap((table) => this.#attach(table)),
      ...incoming
        .filter((table) => this.#hasCheck(table))
        .map((table) => dropBoundCheck(table, this.#context)),
      ...proofs.flatMap(({ after }) => after),
      ...emptied.map((table) => this.#drop(table)),
    ]
  }

  #earlyMoves(): readonly Action[] {
    const sources = [...new Set(this.#early.map(({ source }) => source))]
    return sources.flatMap((table) => {
      const moves = this.#early
        .filter(({ source }) => source === table)
        .map((move) => moveAction(move, this.#set, this.#context))
      return this.#set.emptied.includes(table) ? moves : withoutTriggers(table, this.#context, moves)
    })
  }

  /** For what everybody waits behind the first DETACH. */
  #waits(): readonly ActionHazard[] {
    return [
      ...(this.#late.length > 0 ? [readsHazard(this.#set, this.#late)] : []),
      ...(this.#spilling.length > 0 ? [spillHazard(this.#set, this.#spilling)] : []),
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
      locks: (only === '' ? locksOnTree : locksOn)(this.#context, table.key, 'SHARE ROW EXCLUSIVE'),
      reverse: { sql: [] },
      hazards: isSaid && moves.length > 0 ? [writesHazard(table, this.#set)] : [],
    }
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

  /** What no new bound takes goes to the default partition. */
  #leftovers(): readonly Action[] {
    const { keptDefault, rebound, key } = this.#set
    if (keptDefault === undefined) return []
    const columns = columnsOf(this.#set, this.#context)
    const insert = `INSERT INTO ${nameIn(keptDefault.key)} (${columns}) OVERRIDING SYSTEM VALUE SELECT ${columns}`
    const shrunk = rebound.filter(({ before }) => this.#spilling.includes(before))
    const emptied = this.#set.emptied.filter((table) => this.#spilling.includes(table))
    return [
      ...shrunk.map(({ before, after }) => {
        const outside = `${boundCondition(key, boundOf(after))} IS NOT TRUE`
        const source = `DELETE FROM ${nameIn(before.key)} WHERE ${outside} RETURNING ${columns}`
        const locks = [before, keptDefault].flatMap(({ key }) => locksOn(this.#context, key, 'ROW EXCLUSIVE'))
        return { sql: `WITH moved AS (${source}) ${insert} FROM moved`, locks, scans: true, reverse: MOVED }
      }),
      ...emptied.map((table) => ({
        sql: `${insert} FROM ${nameIn(table.key)} WHERE ${this.#homes(table)} IS NOT TRUE`,
        locks: locksOn(this.#context, keptDefault.key, 'ROW EXCLUSIVE'),
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

  #detach(table: Table, hazards: readonly ActionHazard[]): Action {
    return {
      hazards,
      sql: `ALTER TABLE ${nameIn(this.#set.parent.key)} DETACH PARTITION ${nameIn(table.key)}`,
      locks: detachLocks(this.#set.parent.key, table, this.#context),
      reverse: MOVED,
    }
  }

  #attach(table: Table): readonly Action[] {
    const action = attachAction(table, this.#context)
    const { rebound, parent } = this.#set
    const isShrunk = rebound.some((one) => one.after === table && !one.grows && !this.#proofs.has(one))
    const identities = this.#set.attached.includes(table) ? takeIdentities(table, this.#context) : []
    return [
      ...identities,
      {
        ...action,
        makes: [attachedKey(table.key)],
        needs: [],
        locks: attachLocks(parent.key, table, this.#context),
        ...(isShrunk ? { scans: true, hazards: [...(action.hazards ?? []), shrinkHazard(table)] } : {}),
        reverse: MOVED,
      },
    ]
  }

  #hasCheck(table: Table): boolean {
    const { created, rebound, attached, key } = this.#set
    if (isDefault(table) && !attached.includes(table)) return false
    if (boundCondition(key, boundOf(table)) === undefined && !isDefault(table)) return false
    if (created.includes(table)) return isMoveTarget(this.#set, table)
    const again = rebound.find(({ after }) => after === table)
    return again ? again.grows : isProvenBound(table, this.#context)
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
}

function defaultLast(tables: readonly Table[]): readonly Table[] {
  return [...tables.filter((table) => !isDefault(table)), ...tables.filter(isDefault)]
}
