import type { Hazard, Statement } from '../kernel/index.ts'
import { parseOne } from '../sql/index.ts'
import { type Step, stepOf } from './order.ts'
import { referencesOf } from './references.ts'
import type { ObjectState } from './snapshot.ts'
import { tidyOrAsIs } from './tidy.ts'

type Objects = Readonly<Record<string, ObjectState>>

export interface ObjectContext {
  /** Tables and views that are there before the plan, as relation refs, and stay as they are. */
  readonly lives: (ref: string) => boolean
  readonly isPartitioned: (ref: string) => boolean
  /** Relations that drizzle-kit's part of the plan drops (a materialized view that changes is dropped and made anew). */
  readonly dropped: ReadonlySet<string>
}

export interface ObjectChanges {
  readonly drops: readonly Step[]
  readonly creates: readonly Step[]
}

/** What brings the objects from one state to the other: drops before everything else, creates behind the tables. */
export async function objectChanges(
  from: Objects,
  to: Objects,
  context: ObjectContext,
): Promise<ObjectChanges> {
  const changed = Object.keys(to).filter((key) => from[key] && !same(from[key], to[key]!))
  const replaced = new Set(changed.filter((key) => canReplace(from[key]!, to[key]!)))
  const gone = new Set([
    ...Object.keys(from).filter((key) => !(key in to)),
    ...changed.filter((key) => !replaced.has(key)),
  ])
  await addDependents(gone, from, context.dropped)
  const drops: Step[] = []
  const creates: Step[] = []
  for (const key of Object.keys(from).toReversed()) {
    // It goes away with its table or view.
    const leaves = from[key]!.on !== undefined && context.dropped.has(from[key]!.on)
    if (gone.has(key) && !leaves)
      drops.push(...(await dropSteps(key, from[key]!, { ...context, next: to[key] })))
  }
  for (const [key, state] of Object.entries(to)) {
    if (replaced.has(key) && !gone.has(key)) creates.push(await replaceStep(key, from[key]!, state))
    else if (gone.has(key) || !from[key]) creates.push(...(await createSteps(key, state, context)))
  }
  return { drops, creates }
}

function same(a: ObjectState, b: ObjectState): boolean {
  return JSON.stringify([a.create, a.on]) === JSON.stringify([b.create, b.on])
}

function canReplace(a: ObjectState, b: ObjectState): boolean {
  return a.replace !== undefined && a.replace.identity === b.replace?.identity
}

/** What hangs on something that is dropped and made anew is dropped before and made anew behind it. */
async function addDependents(gone: Set<string>, from: Objects, dropped: ReadonlySet<string>): Promise<void> {
  const names = new Set(dropped)
  const refs = new Map<string, { makes: ReadonlySet<string>; needs: ReadonlySet<string> }>()
  for (const [key, state] of Object.entries(from)) {
    const read = await referencesOf(await parseOne(state.create[0] ?? 'select'))
    const own = [...(state.needs ?? []), ...(state.on ? [state.on] : [])]
    const label = state.label === undefined ? [] : [`object ${state.label}`]
    refs.set(key, { makes: new Set([...read.makes, ...label]), needs: new Set([...read.needs, ...own]) })
  }
  for (let before = -1; before !== gone.size + names.size; ) {
    before = gone.size + names.size
    for (const [key, { makes, needs }] of refs) {
      if ([...needs].some((name) => names.has(name))) gone.add(key)
      // An extension has no name in what depends on it.
      if (gone.has(key)) for (const name of makes) names.add(name)
    }
  }
}

async function createSteps(key: string, state: ObjectState, context: ObjectContext): Promise<Step[]> {
  const live = state.on !== undefined && context.lives(state.on) && !context.dropped.has(state.on)
  const reverse = state.on === undefined || live ? state.drop : []
  const concurrent = key.startsWith('index ') && live && !context.isPartitioned(state.on!)
  const hazard = live ? liveHazard(key, state, context) : undefined
  const steps = state.create.map((sql, i) =>
    asStep(key, state, {
      sql: concurrent ? sql.replace(/^CREATE (UNIQUE )?INDEX /, 'CREATE $1INDEX CONCURRENTLY ') : sql,
      transactional: !concurrent,
      reverse: i === 0 ? reverse.map((drop) => (concurrent ? concurrently(drop) : drop)) : [],
      ...(hazard && i === 0 ? { hazard } : {}),
    }),
  )
  return Promise.all(steps)
}

function liveHazard(key: string, state: ObjectState, { isPartitioned }: ObjectContext): Hazard | undefined {
  const name = key.slice(key.indexOf(' ') + 1)
  if (key.startsWith('index ') && isPartitioned(state.on!)) {
    return {
      kind: 'never',
      text: `adds the index ${name} to a partitioned table: PostgreSQL cannot do that concurrently in one statement, and otherwise writes wait until every partition is indexed. Instead: CREATE INDEX … ON ONLY the table, then for each partition CREATE INDEX CONCURRENTLY and ALTER INDEX … ATTACH PARTITION`,
    }
  }
  if (key.startsWith('options ') && isPartitioned(state.on!)) {
    return {
      kind: 'never',
      text: `changes the ${key}, which is partitioned: not every partition that is there today is known here. Write ALTER TABLE … ALTER COLUMN … for the table and each of its partitions`,
    }
  }
  return undefined
}

async function replaceStep(key: string, before: ObjectState, after: ObjectState): Promise<Step> {
  return asStep(key, after, {
    sql: after.replace!.sql,
    transactional: true,
    reverse: [before.replace!.sql],
  })
}

interface DropContext extends ObjectContext {
  readonly next: ObjectState | undefined
}

async function dropSteps(key: string, state: ObjectState, context: DropContext): Promise<Step[]> {
  const { lives, isPartitioned, next } = context
  const concurrent = key.startsWith('index ') && state.on !== undefined && !isPartitioned(state.on)
  const hazard = dropHazard(key, state, context)
  const steps = state.drop.map((sql, i) =>
    asStep(key, state, {
      sql: concurrent ? concurrently(sql) : sql,
      transactional: !concurrent,
      reverse:
        i === 0
          ? state.create.map((c) =>
              concurrent && lives(state.on!)
                ? c.replace(/^CREATE (UNIQUE )?INDEX /, 'CREATE $1INDEX CONCURRENTLY ')
                : c,
            )
          : [],
      ...(hazard && i === 0 ? { hazard } : {}),
    }),
  )
  const made = await Promise.all(steps)
  if (made.length > 0 || hazard === undefined || next !== undefined) return made
  return [await asStep(key, state, { sql: `-- ${hazard.text}`, transactional: true, hazard })]
}

function dropHazard(key: string, state: ObjectState, { next }: DropContext): Hazard | undefined {
  const kind = key.slice(0, key.indexOf(' '))
  if (kind === 'extension') {
    return { kind: 'drop', text: `drops the ${key} with its functions and types` }
  }
  if ((kind === 'domain' || kind === 'type') && next !== undefined) {
    return {
      kind: 'never',
      text: `changes the ${key}, which cannot be made anew while columns have it. Write ALTER ${kind.toUpperCase()} … by hand`,
    }
  }
  if (kind === 'options' && state.storage !== undefined && next?.storage === undefined) {
    return {
      kind: 'never',
      text: `takes the storage back from the ${key}: only the server knows what its type has. Declare it: storage: 'extended' for text, jsonb and arrays, 'main' for numeric, 'plain' for what is short`,
    }
  }
  return undefined
}

function concurrently(drop: string): string {
  return drop.replace(/^DROP INDEX /, 'DROP INDEX CONCURRENTLY ')
}

async function asStep(key: string, state: ObjectState, statement: Statement): Promise<Step> {
  const more = [...(state.needs ?? []), ...(state.on ? [state.on] : [])]
  // What a user has written stays as it is written.
  const theirs = state.create.includes(statement.sql) || state.replace?.sql === statement.sql
  const sql = state.label !== undefined && theirs ? statement.sql : await tidyOrAsIs(statement.sql)
  const step = await stepOf({ ...statement, sql }, { label: key, more })
  return state.label === undefined
    ? step
    : { ...step, makes: new Set([...step.makes, `object ${state.label}`]) }
}
