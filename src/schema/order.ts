import { parseOne } from '../sql/index.ts'
import { invalid } from './declared.ts'
import { type References, referencesOf } from './references.ts'

/** A statement with the names by which others depend on it. */
export interface Step extends References {
  /** Without the semicolon. */
  readonly sql: string
  /** For the message about a cycle. */
  readonly label: string
}

/** `more`: what it needs beyond what its tree says. */
export async function stepOf(
  sql: string,
  { label = '', more = [] as readonly string[] } = {},
): Promise<Step> {
  const { makes, needs } = await referencesOf(await parseOne(sql))
  return { sql, label: label || ([...makes][0] ?? ''), makes, needs: new Set([...needs, ...more]) }
}

/** The steps as they are, but for each the ones that make what it needs before it. Throws SCHEMA_INVALID for a cycle. */
export function inOrder(steps: readonly Step[]): readonly Step[] {
  const makers = new Map<string, Step>()
  for (const step of steps) for (const name of step.makes) makers.set(name, step)
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
