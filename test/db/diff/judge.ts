import { readCatalog, SharedObjects } from '../../../src/catalog/index.ts'
import type { Sql } from '../../../src/db/index.ts'
import { diff, type Plan, type PlanStatement } from '../../../src/diff/index.ts'
import type { Catalog } from '../../../src/model/index.ts'
import { compareSchemas, describeSchema } from '../../support/describe-schema.ts'
import { keepPlans } from '../../support/keep-plans.ts'
import { LockCheck } from '../../support/locks.ts'
import { seedTables } from '../../support/seed-tables.ts'
import type { Lane } from './lanes.ts'
import type { Expectation, Pair } from './pair.ts'
import { guardRows, type RowGuard, repeatingSequences } from './rows.ts'

interface State {
  readonly sql: Sql
  readonly catalog: Catalog
  readonly text: readonly string[]
  readonly views: readonly string[]
  readonly keys: readonly string[]
}

interface Way {
  readonly from: State
  readonly to: State
  readonly expected: Expectation
  readonly guard: RowGuard
  /** The seeder filled the tables: each of them must have rows. */
  readonly seeded: boolean
}

/** What is wrong with the plans of a pair, in words; undefined where all is right. */
export interface Verdict {
  readonly forward: string | undefined
  readonly back: string | undefined
}

export async function judge({ a, b }: Lane, pair: Pair): Promise<Verdict> {
  await Promise.all([load(a.sql, pair.a), load(b.sql, pair.b)])
  await seed(a.sql, b.sql, pair.seed)
  await seed(b.sql, a.sql, pair.seed)
  // As the commands read them.
  const shared = new SharedObjects()
  const [from, to] = await Promise.all([stateOf(a.sql, shared), stateOf(b.sql, shared)])
  if (from.text.join() === to.text.join() && pair.forward.refused === undefined)
    return { forward: 'a.sql and b.sql are the same', back: undefined }
  const [there, back] = await Promise.all([
    guardRows(a.sql, b.sql, pair.forward),
    guardRows(b.sql, a.sql, pair.back),
  ])
  const seeded = pair.seed === undefined
  const ways: readonly Way[] = [
    { from, to, expected: pair.forward, guard: there, seeded },
    { from: to, to: from, expected: pair.back, guard: back, seeded },
  ]
  const [one, two] = await Promise.all(ways.map(wrongWith))
  return { forward: one, back: two }
}

async function load(sql: Sql, text: string): Promise<void> {
  await sql.unsafe(text)
  await sql.unsafe('reset all')
}

async function seed(sql: Sql, other: Sql, text: string | undefined): Promise<void> {
  if (text === undefined) await seedTables(sql, other)
  else await sql.unsafe(text)
}

async function stateOf(sql: Sql, shared: SharedObjects): Promise<State> {
  const [catalog, text] = await Promise.all([
    readCatalog({ sql: keepPlans(sql) }, { shared }),
    describeSchema(sql),
  ])
  // Now: later the plan of the other way works on these tables, and a look at them may deadlock with it.
  return { sql, catalog, text, views: await viewsIn(sql), keys: await keysIn(sql) }
}

async function wrongWith({ from, to, expected, guard, seeded }: Way): Promise<string | undefined> {
  if (seeded && guard.empty.length > 0) return `the seeder leaves ${guard.empty.join(', ')} empty`
  let plan: Plan | undefined
  try {
    plan = diff(from.catalog, to.catalog, expected.options)
    const problems = await problemsOf({ from, to, expected, guard, seeded }, plan)
    if (problems.length === 0) return undefined
    return [...problems, 'The plan:', printPlan(plan)].join('\n')
  } catch (error) {
    return [describeError(error), ...(plan ? ['The plan:', printPlan(plan)] : [])].join('\n')
  }
}

async function problemsOf({ from, to, expected, guard }: Way, plan: Plan): Promise<readonly string[]> {
  const { sql } = from
  const refusals = plan.refusals.map(({ reason, wayOut }) => `${reason} ${wayOut}`)
  if (expected.refused !== undefined) {
    const said = refusals.some((text) => text.includes(expected.refused!))
    return said
      ? []
      : [`no refusal says "${expected.refused}"; said is: ${refusals.join(' | ') || 'nothing'}`]
  }
  if (refusals.length > 0) return [`refused: ${refusals.join(' | ')}`]
  const [views, keys] = [lasting(from.views, to.views), lasting(from.keys, to.keys)]
  const missed = new Set<string>()
  const unguarded = new Set<string>()
  const locks = await LockCheck.of(sql)
  const failure = await apply(sql, plan.statements, {
    locks,
    between: async () => {
      for (const name of await missing(sql, views, viewsIn)) missed.add(name)
      for (const name of await missing(sql, keys, keysIn)) unguarded.add(name)
    },
  })
  if (expected.fails !== undefined) {
    if (failure === undefined) return [`the plan should stop with "${expected.fails}"`]
    if (!failure.includes(expected.fails)) return [failure]
    return guard.losses()
  }
  if (failure !== undefined) return [failure]
  const isSaid = plan.statements.some(({ hazards }) => hazards.some(isAbsence))
  return [
    ...(isSaid ? [] : [...missed].map((name) => `between two transactions there is no view ${name}`)),
    ...[...unguarded].map((name) => `between two transactions there is no ${name}`),
    ...locks.found.map(
      ({ statement, relation, taken, named }) =>
        `${relation}: ${taken} is taken, ${named} named by ${statement}`,
    ),
    ...schemaProblems(await describeSchema(sql), { from, to }),
    ...(await secondPlan(sql, to.catalog)),
    ...(await guard.losses()),
    ...(await repeatingSequences(sql)).map(
      (name) => `the next number of ${name} is one that it already holds`,
    ),
    ...(guard.going.length > 0 && !plan.statements.some(announcesDrop)
      ? [`no hazard announces that ${guard.going.join(', ')} go`]
      : []),
  ]
}

const isAbsence = ({ rule, severity }: PlanStatement['hazards'][number]): boolean =>
  rule === 'drop-view' && severity === 'lock'

type Names = (sql: Sql) => Promise<readonly string[]>

/** Of both states, neither under another name nor of another kind. */
function lasting(from: readonly string[], to: readonly string[]): readonly string[] {
  return from.filter((name) => to.includes(name))
}

async function viewsIn(sql: Sql): Promise<readonly string[]> {
  const rows = await sql<{ name: string }[]>`
    select format('%I.%I', n.nspname, c.relname) as name from pg_class c join pg_namespace n on n.oid = c.relnamespace
     where c.relkind = 'v' and n.nspname !~ '^pg_' and n.nspname <> 'information_schema'`
  return rows.map(({ name }) => name)
}

/** Whatever their names are: what no row may break at any moment. A foreign key that each leaf has lets no row of the parent escape. */
async function keysIn(sql: Sql): Promise<readonly string[]> {
  const rows = await sql<{ name: string }[]>`
    with keys as (
      select k.conrelid, k.contype, replace(pg_get_constraintdef(k.oid), ' NOT VALID', '') as definition from pg_constraint k
       where k.contype in ('p', 'u', 'f')),
    tables as (
      select c.oid, ' of ' || format('%I.%I', n.nspname, c.relname) as label
        from pg_class c join pg_namespace n on n.oid = c.relnamespace
       where not c.relispartition and n.nspname !~ '^pg_' and n.nspname <> 'information_schema'),
    leaves as (select t.oid, t.label, p.relid from tables t, pg_partition_tree(t.oid) p where p.isleaf)
    select k.definition || t.label as name from keys k join tables t on t.oid = k.conrelid
    union
    select k.definition || l.label from leaves l join keys k on k.conrelid = l.relid and k.contype = 'f'
     group by l.oid, l.label, k.definition
    having count(distinct l.relid) = (select count(*) from leaves all_of where all_of.oid = l.oid)`
  return rows.map(({ name }) => name)
}

async function missing(sql: Sql, lasting: readonly string[], names: Names): Promise<readonly string[]> {
  if (lasting.length === 0) return []
  const there = await names(sql)
  return lasting.filter((name) => !there.includes(name))
}

function announcesDrop({ hazards }: PlanStatement): boolean {
  return hazards.some(({ severity }) => severity === 'drop')
}

/** A refresh is no change of the schema, but a view that could be read must not become one that cannot. */
function schemaProblems(now: readonly string[], { from, to }: Pick<Way, 'from' | 'to'>): readonly string[] {
  const isPopulated = (line: string) => line.startsWith('populated ')
  const rest = (lines: readonly string[]) => lines.filter((line) => !isPopulated(line))
  const { missing, unexpected } = compareSchemas(rest(now), rest(to.text))
  const matviews = to.text.flatMap((line) => /^matview (.*?) \(/.exec(line)?.[1] ?? [])
  const wasThere = (name: string) => from.text.some((line) => line.startsWith(`matview ${name} (`))
  const emptied = matviews
    .map((name) => ({ name, line: `populated ${name}` }))
    .filter(({ name, line }) => (wasThere(name) ? from : to).text.includes(line) && !now.includes(line))
  return [
    ...missing.map((line) => `missing:    ${line}`),
    ...unexpected.map((line) => `unexpected: ${line}`),
    ...emptied.map(({ name }) => `the materialized view ${name} holds nothing and cannot be read`),
  ]
}

async function secondPlan(sql: Sql, goal: Catalog): Promise<readonly string[]> {
  const plan = diff(await readCatalog({ sql: keepPlans(sql) }), goal)
  return plan.statements.length + plan.refusals.length === 0
    ? []
    : [`a second diff is not empty:\n${printPlan(plan)}`]
}

interface Watched {
  readonly locks: LockCheck
  readonly between: () => Promise<void>
}

/** As the plan says: what runs in a transaction together, the rest outside of any. Returns what stopped it. */
async function apply(
  sql: Sql,
  statements: readonly PlanStatement[],
  { locks, between }: Watched,
): Promise<string | undefined> {
  for (const batch of batches(statements)) {
    await between()
    try {
      if (isOutside(batch[0]!)) await sql.unsafe(batch[0]!.sql)
      else await sql.begin((tx) => locks.run(tx, batch))
    } catch (error) {
      const { statement } = error as { statement?: string }
      return `${describeError(error)}\nat: ${statement ?? batch[0]!.sql}`
    }
  }
  return undefined
}

/** The rest of what runs alone could run in a transaction, where its locks can be seen. */
const isOutside = ({ runs, sql }: PlanStatement): boolean =>
  runs === 'alone' && /\bCONCURRENTLY\b|\bCOMMIT;/.test(sql)

function batches(statements: readonly PlanStatement[]): readonly (readonly PlanStatement[])[] {
  const all: PlanStatement[][] = []
  for (const statement of statements) {
    const last = all.at(-1)
    if (statement.runs === 'transaction' && last?.[0]?.runs === 'transaction') last.push(statement)
    else all.push([statement])
  }
  return all
}

function printPlan({ statements, refusals }: Plan): string {
  return [
    ...refusals.map(({ reason, wayOut }) => `  refused: ${reason} ${wayOut}`),
    ...statements.map(({ sql, runs }) => `  ${runs === 'alone' ? 'alone ' : ''}${sql};`),
  ].join('\n')
}

function describeError(error: unknown): string {
  const { message, code, detail, stack } = error as Error & { code?: string; detail?: string }
  return code === undefined ? (stack ?? message) : `${code} ${message}${detail ? ` (${detail})` : ''}`
}
