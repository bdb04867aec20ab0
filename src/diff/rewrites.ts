import { nameIn, type ObjectKey } from '../model/index.ts'
import type { Graph } from './graph.ts'
import type { ActionHazard } from './hazards.ts'
import type { Step } from './order.ts'
import type { Lock, PlanStatement } from './plan.ts'
import type { Action } from './rule.ts'

/** What writes one table anew comes together, where nothing has to come between. Whether there is such. */
export function joinRewrites(steps: readonly Step[], graph: Graph): boolean {
  const first = new Map<ObjectKey, number>()
  let joined = false
  steps.forEach(({ action: { rewrites: table } }, i) => {
    if (table === undefined) return
    const one = first.get(table)
    if (one === undefined) first.set(table, i)
    else if (graph.join(one, i)) joined = true
  })
  return joined
}

/** Neighbours that write one table anew, as one ALTER TABLE: the server then writes it once. */
export function mergeRewrites(steps: readonly Step[]): readonly Step[] {
  const merged: Step[] = []
  for (const step of steps) {
    const last = merged.at(-1)
    const table = step.action.rewrites
    if (last !== undefined && table !== undefined && last.action.rewrites === table)
      merged[merged.length - 1] = mergeTwo(last, step, table)
    else merged.push(step)
  }
  return merged
}

function mergeTwo(one: Step, other: Step, table: ObjectKey): Step {
  return {
    call: one.call,
    action: mergeActions(one.action, other.action, table),
    parts: [...(one.parts ?? [one.action]), other.action],
    makes: [...one.makes, ...other.makes],
    drops: [...one.drops, ...other.drops],
  }
}

function mergeActions(one: Action, other: Action, table: ObjectKey): Action {
  const subcommands = other.sql.slice(`ALTER TABLE ${nameIn(table)} `.length)
  const comment = [one.comment, other.comment].filter((text) => text !== undefined).join('; ')
  return {
    ...one,
    sql: `${one.sql}, ${subcommands}`,
    locks: distinct([...(one.locks ?? []), ...(other.locks ?? [])]),
    scans: one.scans === true || other.scans === true,
    hazards: [...(one.hazards ?? []), ...(other.hazards ?? []).map(alongside)],
    ...(comment === '' ? {} : { comment }),
  }
}

function distinct(locks: readonly Lock[]): readonly Lock[] {
  return [...new Map(locks.map((lock) => [`${lock.mode} ${lock.relation}`, lock])).values()]
}

const ALONGSIDE = 'In the same rewrite: '

function alongside(hazard: ActionHazard): ActionHazard {
  if (hazard.severity !== 'lock') return hazard
  const { message, text } = hazard
  return { ...hazard, message: `${ALONGSIDE}${message}`, text: `${ALONGSIDE}${text}` }
}

type Reverse = PlanStatement['reverse']

/** The last is taken back first, and what writes the table anew again as one statement. */
export function mergeReverses(reverses: readonly (Reverse | undefined)[]): Reverse | undefined {
  const sql: string[] = []
  for (const reverse of reverses.toReversed()) {
    if (reverse === undefined || 'none' in reverse) return reverse
    for (const statement of reverse.sql) {
      const both = mergeTexts(sql.at(-1), statement)
      if (both === undefined) sql.push(statement)
      else sql[sql.length - 1] = both
    }
  }
  return { sql }
}

const MERGEABLE =
  /^(ALTER TABLE (?:"(?:[^"]|"")*"\.?)+ )((?:ALTER COLUMN .* (?:TYPE|SET EXPRESSION) |SET |DROP COLUMN ).*)$/s

function mergeTexts(one: string | undefined, other: string): string | undefined {
  const [a, b] = [MERGEABLE.exec(one ?? ''), MERGEABLE.exec(other)]
  return a && b && a[1] === b[1] ? `${one}, ${b[2]}` : undefined
}
