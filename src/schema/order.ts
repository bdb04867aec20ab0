import type { Statement } from '../kernel/index.ts'
import { parseOne, type SqlNode } from '../sql/index.ts'
import { invalid } from './declared.ts'
import { type References, referencesOf } from './references.ts'

/** A statement with the names by which others depend on it. */
export interface Step extends References {
  readonly statement: Statement
  /** For the message about a cycle. */
  readonly label: string
}

const NONE: ReadonlySet<string> = new Set()

/** `more`: what it needs beyond what its tree says. */
export async function stepOf(
  statement: Statement,
  { label = '', more = [] as readonly string[] } = {},
): Promise<Step> {
  if (statement.sql.startsWith('--')) return { statement, label, makes: NONE, needs: NONE }
  const node: SqlNode = await parseOne(statement.sql)
  const { makes, needs } = await referencesOf(node)
  return { statement, label: label || ([...makes][0] ?? ''), makes, needs: new Set([...needs, ...more]) }
}

/**
 * The steps as they are, but for each the ones that make what it needs before it. `fixed`: names that other statements of
 * the plan drop or change: who makes these stays where it is. Throws SCHEMA_INVALID for a cycle.
 */
export function inOrder(steps: readonly Step[], fixed: ReadonlySet<string> = NONE): readonly Statement[] {
  return sortSteps(steps, fixed).map(({ statement }) => statement)
}

export function sortSteps(steps: readonly Step[], fixed: ReadonlySet<string> = NONE): readonly Step[] {
  const makers = new Map<string, Step>()
  for (const step of steps) for (const name of step.makes) if (!fixed.has(name)) makers.set(name, step)
  const done = new Set<Step>()
  const open: Step[] = []
  const out: Step[] = []
  const visit = (step: Step): void => {
    if (done.has(step)) return
    if (open.includes(step)) throw cycle([...open.slice(open.indexOf(step)), step])
    open.push(step)
    for (const name of step.needs) {
      const maker = makers.get(name)
      if (maker !== undefined && maker !== step) visit(maker)
    }
    open.pop()
    done.add(step)
    out.push(step)
  }
  for (const step of steps) visit(step)
  return out
}

function cycle(steps: readonly Step[]) {
  const path = steps.map(({ label }) => label.replace(/^\w+ (public\.)?/, '')).join(' -> ')
  return invalid([
    `Each of these needs the next one to exist before it: ${path}. Take one of the references out, or write PL/pgSQL, whose body is read only when it runs.`,
  ])
}

export interface Drops {
  readonly early: readonly Step[]
  /** Of what the tables or views of drizzle-kit need: behind theirs. */
  readonly late: readonly Step[]
}

/** Drops in the order in which nothing that is still there needs what goes. `made`: how all of it came to be. */
export function inDropOrder(
  drops: readonly Step[],
  made: { readonly tables: readonly Step[]; readonly objects: readonly Step[] },
): Drops {
  const sorted = sortSteps([...made.tables, ...made.objects])
  const position = new Map(sorted.map(({ label }, i) => [label, i]))
  const needed = new Set(made.tables.flatMap(({ needs }) => [...needs]))
  // From the last one made to the first: who needs something is seen before it.
  for (const step of sorted.toReversed()) {
    if ([...step.makes].some((name) => needed.has(name))) for (const name of step.needs) needed.add(name)
  }
  const ordered = [...drops].sort((a, b) => (position.get(b.label) ?? 0) - (position.get(a.label) ?? 0))
  const makes = new Map(made.objects.map((step) => [step.label, step.makes]))
  const isLate = ({ label }: Step) => [...(makes.get(label) ?? [])].some((name) => needed.has(name))
  return { early: ordered.filter((s) => !isLate(s)), late: ordered.filter(isLate) }
}
