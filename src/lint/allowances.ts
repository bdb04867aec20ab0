import { nearest } from '../kernel/index.ts'
import { HAZARDS, type HazardFacts, type HazardRule, isHazardRule } from '../model/index.ts'
import type { FileStatement } from '../sql/index.ts'

/** `-- gigarow: allow drop-column, lock-table  since 4.2 nothing reads it`, above a statement. */
export interface Allowance {
  readonly name: string
  /** Where its comment begins, in UTF-16 units. */
  readonly offset: number
  /** The number of the statement below; undefined behind the last one. */
  readonly statement: number | undefined
  used: boolean
}

const COMMENT = /--[ \t]*gigarow:[ \t]*allow[ \t]+([\w-]+(?:[ \t]*,[ \t]*[\w-]+)*)/g

/** Between two statements stand only blanks, semicolons and comments. */
export function readAllowances(text: string, statements: readonly FileStatement[]): readonly Allowance[] {
  const ends = [0, ...statements.map(({ offset, sql }) => offset + sql.length)]
  return ends.flatMap((from, i) => {
    const until = statements[i]?.offset ?? text.length
    return [...text.slice(from, until).matchAll(COMMENT)].flatMap((match) =>
      match[1]!.split(',').map((name) => ({
        name: name.trim(),
        offset: from + match.index,
        statement: i < statements.length ? i : undefined,
        used: false,
      })),
    )
  })
}

/** Whether one of them allows what was found. */
export function allows(allowances: readonly Allowance[], statement: number, rule: HazardRule): boolean {
  const found = allowances.filter((a) => a.statement === statement && a.name === rule)
  for (const allowance of found) allowance.used = true
  return found.length > 0
}

export interface Unused {
  readonly allowance: Allowance
  readonly facts: HazardFacts
  readonly variant: string | undefined
}

/** Those that allow nothing, or name no rule. One of a rule that is off may have its reason. */
export function unused(
  allowances: readonly Allowance[],
  isOn: (rule: HazardRule) => boolean,
): readonly Unused[] {
  return allowances.flatMap((allowance): Unused[] => {
    const { name } = allowance
    if (!isHazardRule(name)) {
      const near = nearest(name, Object.keys(HAZARDS)) ?? 'another one'
      return [{ allowance, facts: { name, new: near }, variant: 'unknown' }]
    }
    return allowance.used || !isOn(name) ? [] : [{ allowance, facts: { name }, variant: undefined }]
  })
}
