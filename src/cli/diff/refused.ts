import type { DiffOptions, Plan } from '../../diff/index.ts'
import { GigarowError, plainIdent } from '../../kernel/index.ts'
import type { Catalog } from '../../model/index.ts'
import { type Allowed, allowFlag, allowWord, isAllowed } from '../allow.ts'

/** What a plan that is not complete says. */
export function refusedError({ refusals }: Plan): GigarowError {
  const reasons = refusals.map(({ reason }) => reason)
  return new GigarowError(
    'REFUSED',
    `There is no way that keeps every row:\n${reasons.map((reason) => `  - ${reason}`).join('\n')}`,
    { facts: { reasons }, hint: [...new Set(refusals.map(({ wayOut }) => wayOut))].join('\n  ') },
  )
}

export interface Refusing {
  readonly allow: readonly Allowed[]
  /** What is not done: The plan is not applied. */
  readonly what: string
  /** Said behind the way to allow it. */
  readonly hint?: string
  /** Rules that are no question: what was asked for by name. */
  readonly asked?: (rule: string) => boolean
}

/** Throws REFUSED with every danger that is not allowed. */
export function refuseHazards(plan: Plan, { allow, what, hint, asked }: Refusing): void {
  const hazards = plan.statements.flatMap((s) => s.hazards).filter(({ severity }) => severity !== 'notice')
  const open = hazards.filter((one) => !isAllowed(one, allow) && asked?.(one.rule) !== true)
  if (open.length === 0) return
  const kinds = [...new Set(open.map(({ severity }) => severity))]
  const way = `If that is meant, or the tables are small: ${allowFlag(open)}.`
  throw new GigarowError(
    'REFUSED',
    `${what}, because it is dangerous on a table with rows:\n${open.map((h) => `  - ${h.text} [${allowWord(h)}]`).join('\n')}`,
    {
      facts: { hazards: open.map(({ text }) => text), kinds, allow: [...new Set(open.map(allowWord))] },
      hint: hint === undefined ? way : `${way} ${hint}`,
    },
  )
}

/** Enums of which values may go; where rows use one, the plan fails. */
export function valueLossOf({ objects }: Catalog, allow: readonly Allowed[]): DiffOptions {
  const enums = [...objects.values()].filter((object) => {
    if (object.kind !== 'enum') return false
    const { schema, name } = object.name
    const danger = {
      rule: 'drop-enum-value',
      severity: 'drop',
      object: [schema, name].map(plainIdent).join('.'),
    }
    return isAllowed(danger, allow)
  })
  return { allowValueLoss: enums.map(({ key }) => key) }
}
