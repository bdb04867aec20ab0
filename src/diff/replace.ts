import { type Catalog, kindIn, type ObjectKey, type SchemaObject } from '../model/index.ts'
import { type Call, contextOf, type Sides } from './context.ts'
import { labelOfKey } from './label.ts'
import type { Refusal } from './plan.ts'
import type { Action, DiffContext, Displacement } from './rule.ts'
import { defaultAside } from './rules/column-default.ts'
import { ruleOf } from './rules/index.ts'
import { same } from './same.ts'

export interface Replaced {
  readonly gone: ReadonlySet<ObjectKey>
  readonly made: ReadonlySet<ObjectKey>
  readonly alters: readonly Call[]
  readonly refusals: readonly Refusal[]
  readonly context: DiffContext
}

type Pair = readonly [SchemaObject, SchemaObject]
type Answer = ReturnType<ReturnType<typeof ruleOf>['alter']>

/** Asks the rules what becomes of each pair that differs, until nothing more has to be replaced because of it. */
export function replaceAll(sides: Sides, pairs: readonly Pair[]): Replaced {
  const state = new Replacement(sides)
  for (;;) {
    const context = state.context()
    const answers = pairs
      .filter(([{ key }]) => !state.gone.has(key))
      .map(([before, after]) => ({ before, after, answer: answerOf(before, after, context) }))
    const grew = answers.map(({ before, after, answer }) => state.take(before, after, answer))
    if (!grew.includes(true)) return state.result(answers, context)
  }
}

/** What has moved to another table has nothing left of what it was. */
function answerOf(before: SchemaObject, after: SchemaObject, context: DiffContext): Answer {
  const moved = 'table' in before && 'table' in after && before.table !== after.table
  return moved ? 'replace' : ruleOf(before).alter(before, after, context)
}

interface Answered {
  readonly before: SchemaObject
  readonly after: SchemaObject
  readonly answer: Answer
}

class Replacement {
  readonly gone = new Set<ObjectKey>()
  readonly #sides: Sides
  readonly #refusals = new Map<string, Refusal>()
  /** What is gone only grows: as long as it has as many, what is made anew is the same. */
  #madeFor: { readonly size: number; readonly made: ReadonlySet<ObjectKey> } | undefined
  /** Columns whose default calls something that is made anew, and what that is. */
  readonly #defaults = new Map<ObjectKey, ObjectKey>()

  constructor(sides: Sides) {
    this.#sides = sides
    for (const key of sides.from.objects.keys()) if (!sides.to.objects.has(key)) this.#drop(key)
    for (const key of [...this.gone]) this.#loosen(key)
  }

  /** A foreign key stands on one unique index: it reads the same on another, but has to be made anew. */
  #loosen(key: ObjectKey): void {
    const { from, to, fromNeeds } = this.#sides
    for (const dependent of fromNeeds.by(key)) {
      const object = from.objects.get(dependent)
      const foreign =
        object?.kind === 'constraint' && object.type === 'foreign' && object.parent === undefined
      if (foreign && same(object, to.objects.get(dependent))) this.#replace(dependent, dependent)
    }
  }

  context(): DiffContext {
    return contextOf(this.#sides, this.gone, this.#made())
  }

  take(before: SchemaObject, after: SchemaObject, answer: Answer): boolean {
    const size = this.gone.size + this.#defaults.size
    if (answer === 'replace') this.#replace(before.key, before.key)
    else if (!('refused' in answer) && answer.length > 0) {
      for (const displacement of ruleOf(before).displaces?.(before, after, this.context()) ?? [])
        this.#displace(displacement)
    }
    return this.gone.size + this.#defaults.size > size
  }

  result(answers: readonly Answered[], context: DiffContext): Replaced {
    const refusals = [...this.#refusals.values()]
    const alters: Call[] = []
    for (const { after, answer } of answers) {
      if (answer === 'replace') continue
      if ('refused' in answer) refusals.push(answer.refused)
      else if (answer.length > 0) alters.push({ verb: 'alter', object: after, actions: answer })
    }
    return { gone: this.gone, made: this.#made(), alters: [...alters, ...this.#asides()], refusals, context }
  }

  #made(): ReadonlySet<ObjectKey> {
    const { from, to } = this.#sides
    if (this.gone.size === this.#madeFor?.size) return this.#madeFor.made
    const made = this.#allMade(from, to)
    this.#madeFor = { size: this.gone.size, made }
    return made
  }

  #allMade(from: Catalog, to: Catalog): ReadonlySet<ObjectKey> {
    return new Set([...to.objects.keys()].filter((key) => !from.objects.has(key) || this.gone.has(key)))
  }

  /** Gone, and with it all that it takes along: but for what has found another place in the new state. */
  #drop(key: ObjectKey, dropped: ObjectKey[] = []): readonly ObjectKey[] {
    if (this.gone.has(key)) return dropped
    this.gone.add(key)
    dropped.push(key)
    const { fromNeeds, toNeeds, to } = this.#sides
    for (const member of fromNeeds.members(key)) {
      const stays = to.objects.has(member) && !toNeeds.owners(member).has(key)
      if (!stays) this.#drop(member, dropped)
    }
    return dropped
  }

  #displace({ of, kinds, changed = [] }: Displacement): void {
    const { from, to, fromNeeds } = this.#sides
    for (const dependent of fromNeeds.by(of)) {
      const object = from.objects.get(dependent)
      if (object === undefined || (object.kind === 'column' && object.generated === undefined)) continue
      const foreign = object.kind === 'constraint' && object.type === 'foreign'
      const goes =
        kinds.includes(object.kind) ||
        (foreign && kinds.includes('foreign')) ||
        (changed.includes(object.kind) && !same(object, to.objects.get(dependent)))
      if (goes) this.#replace(dependent, of)
    }
  }

  /** The object, and everything that needs it. */
  #replace(key: ObjectKey, cause: ObjectKey): void {
    if (this.gone.has(key)) return
    const object = this.#sides.from.objects.get(key)
    if (object === undefined) return
    if (!this.#mayReplace(object, cause)) return
    for (const member of this.#drop(key))
      for (const dependent of this.#sides.fromNeeds.by(member)) this.#replace(dependent, member)
  }

  /** Rows are never dropped on the way; a default is set aside and back. */
  #mayReplace(object: SchemaObject, cause: ObjectKey): boolean {
    if (object.kind !== 'table' && object.kind !== 'column') return true
    if (object.kind === 'column') {
      if (object.generated) return true
      if (object.key !== cause && /^(routine|sequence) /.test(cause)) {
        this.#defaults.set(object.key, cause)
        return false
      }
    }
    this.#refusals.set(object.key, refusal(object, cause))
    return false
  }

  #asides(): readonly Call[] {
    return [...this.#defaults].flatMap(([key, cause]) => {
      const before = this.#sides.from.objects.get(key)
      const after = this.#sides.to.objects.get(key)
      if (before?.kind !== 'column' || after?.kind !== 'column' || this.gone.has(key)) return []
      const actions: readonly Action[] = defaultAside(before, after, cause)
      return [{ verb: 'alter' as const, object: after, actions }]
    })
  }
}

function refusal(object: SchemaObject, cause: ObjectKey): Refusal {
  const what = `the ${object.kind} ${labelOfKey(object.key)}`
  const other = `the ${kindIn(cause)} ${labelOfKey(cause)}`
  return {
    reason:
      object.key === cause
        ? `${what} could only be dropped and made anew, and its rows would be gone`
        : `${what} needs ${other}, which has to be dropped and made anew, and its rows would be gone`,
    wayOut: `write this step by hand: make the new one under another name, move the rows of ${what} over, then drop the old one`,
  }
}
