import type { Catalog, ObjectKey, ObjectKind, SchemaObject } from '../model/index.ts'
import type { ActionHazard } from './hazards.ts'
import type { Lock, Refusal } from './plan.ts'
import type { OnlineRests } from './rules/online-rest.ts'

/** A statement before it has its place: what it does to which objects decides the order. */
export interface Action {
  /** Without the semicolon. */
  readonly sql: string
  /** Objects that are there after it and were not before. */
  readonly makes?: readonly ObjectKey[]
  /** Objects that are gone after it; what belongs to them goes with them. */
  readonly drops?: readonly ObjectKey[]
  /** Objects that must be as in the new state before it, besides what the catalog says that `makes` needs. */
  readonly needs?: readonly ObjectKey[]
  /** Objects of the old state that can go only after it (the function that a default called). */
  readonly releases?: readonly ObjectKey[]
  /** Objects whose own actions are not wanted: it does what they would do (the indexes of what is built anew). */
  readonly covers?: readonly ObjectKey[]
  /** Default: transaction. */
  readonly runs?: 'transaction' | 'alone'
  /** In one transaction with the action before it: nothing may come between the two. */
  readonly together?: boolean
  /** Objects that the call changes with its own. What needs one of them must be gone for this action, not for those before it. */
  readonly swaps?: readonly ObjectKey[]
  /** It adds to the object, and nothing that needs that has to be away for it. */
  readonly adds?: boolean
  /** It says what values may be, and nothing else: what reads them need not wait for it. */
  readonly proves?: boolean
  readonly locks?: readonly Lock[]
  /** It reads or writes every row: no statement_timeout. */
  readonly scans?: boolean
  /** It writes or reads every row of this table, as ALTER TABLE with its subcommands: several of them become one statement. */
  readonly rewrites?: ObjectKey
  readonly hazards?: readonly ActionHazard[]
  readonly reverse?: { readonly sql: readonly string[] } | { readonly none: string }
  readonly comment?: string
}

export interface Rename {
  readonly from: ObjectKey
  readonly to: ObjectKey
}

export interface DiffOptions {
  /** What is the same object under another name: without these it is dropped and made. */
  readonly renames?: readonly Rename[]
  /** Enums that may lose values although rows may use them; the plan then fails on the server where one does. */
  readonly allowValueLoss?: readonly ObjectKey[]
  /** Types are changed by a column beside the old one that takes its place, where the table allows that. Default: by ALTER TYPE. */
  readonly onlineTypes?: boolean
  /** Milliseconds, default 2000. */
  readonly lockTimeout?: number
  /** Milliseconds, default 30 000; of statements that read no rows. */
  readonly statementTimeout?: number
}

export interface DiffContext {
  /** With the renames already made. */
  readonly from: Catalog
  readonly to: Catalog
  readonly options: DiffOptions
  /** Of type changes that were interrupted; `from` is as if they had not been begun. */
  readonly rests: OnlineRests
  /** The object, or the table that it belongs to, is made by this plan: nobody uses it, nothing of it is locked. */
  isNew(key: ObjectKey): boolean
  /** It is dropped by this plan, by itself or with what it belongs to. */
  isGone(key: ObjectKey): boolean
  /** It is part of a circle of needs: it is made first without what closes it (the default of a column, the query of a view). */
  isDeferred(key: ObjectKey): boolean
}

/** What needs `of` and cannot stay while it is altered: dropped before, made anew after. Of columns only generated ones. */
export interface Displacement {
  readonly of: ObjectKey
  readonly kinds: readonly (ObjectKind | 'foreign')[]
  /** Of these kinds only what differs in the new state. */
  readonly changed?: readonly ObjectKind[]
}

/**
 * How one kind of object is made, dropped and changed. Pure. The actions of one call run in the order given; among different objects
 * the order follows from what they need.
 */
export interface Rule<O extends SchemaObject> {
  create(object: O, context: DiffContext): readonly Action[]
  /** Called for objects that do not go with what they belong to. */
  drop(object: O, context: DiffContext): readonly Action[]
  /**
   * From one state of the object to the other; empty where nothing of it is compared. replace: dropped and made anew, and with it
   * everything that needs it. A refusal: there is no way that keeps every row.
   */
  alter(from: O, to: O, context: DiffContext): readonly Action[] | 'replace' | { readonly refused: Refusal }
  /** What stands in the way of alter(), where that gives actions. Default: nothing. */
  displaces?(from: O, to: O, context: DiffContext): readonly Displacement[]
}
