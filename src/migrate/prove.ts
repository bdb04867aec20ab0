import { readCatalog } from '../catalog/index.ts'
import { type Database, errorCodeOf, type ReservedSql } from '../db/index.ts'
import { type DiffOptions, diff, type Plan, withoutRests } from '../diff/index.ts'
import { GigarowError, ident, isGigarowError } from '../kernel/index.ts'
import type { Catalog, SchemaObject } from '../model/index.ts'
import { parse } from '../sql/index.ts'
import { runPlan } from './apply.ts'
import { compareSchemas, fingerprint } from './fingerprint.ts'
import { ensureRoles, rolesIn } from './replay.ts'
import { countRows, findLoss } from './row-counts.ts'
import { sampleRows } from './sample-rows.ts'
import type { ScratchServer } from './scratch.ts'
import type { SourceState } from './sources.ts'

export interface ProveOptions {
  readonly from: Catalog
  readonly to: Pick<SourceState, 'catalog' | 'db'>
  readonly plan: Plan
  /** Those that the plan was made with. */
  readonly options?: DiffOptions
  /** What takes the plan back; tried when it is through. */
  readonly down?: readonly string[]
  readonly scratch: ScratchServer
  readonly signal?: AbortSignal
}

export interface Proof {
  readonly tables: number
  /** Tables that no made-up rows could be put into; nothing is proved of their rows. */
  readonly empty: readonly string[]
  /** Why `down` does not lead back. */
  readonly noWayBack?: string
}

/**
 * Carries a plan out on a scratch database that was brought to the state before it, with rows in its tables. Afterwards the
 * database is compared with where the plan should lead: by a second diff, and by questions that share nothing with it; and
 * no row may be gone that no statement declared.
 *
 * @throws PROOF_FAILED with the first difference
 */
export async function prove(options: ProveOptions): Promise<Proof> {
  const skip = new Set<string>()
  for (let attempt = 1; ; attempt++) {
    try {
      return await options.scratch.withDatabase((db) => proveOnce(db, { ...options, skip }))
    } catch (error) {
      // A new rule may not hold for made-up rows: that says nothing about the plan.
      const table = brokenBy(error)
      if (table === undefined || attempt > MAX_ATTEMPTS || skip.has(EVERY)) throw error
      skip.add(table === '' || skip.has(table) || attempt === MAX_ATTEMPTS ? EVERY : table)
    }
  }
}

const MAX_ATTEMPTS = 8
const EVERY = '*'

interface Once extends ProveOptions {
  readonly skip: ReadonlySet<string>
}

async function proveOnce(db: Database, input: Once): Promise<Proof> {
  const { from, to, plan, options = {}, signal } = input
  return db.withSession(async (session) => {
    const before = await rebuild(db, session, input)
    if (input.scratch.makesRoles) await makeRoles(session, plan)
    const tables = countTables(from)
    const empty = input.skip.has(EVERY) ? tables : await sampleRows(session, before, input.skip)
    // What an interrupted type change has copied is there in the old column, too.
    const kept = options.onlineTypes ? withoutRests(before).catalog : before
    const counted = await countRows(session, kept)
    await runPlan(session, plan, { together: true, ...(signal ? { signal } : {}) }).catch(planFailed)
    const after = await readCatalog(db)
    assertSame(diff(after, to.catalog, optionsAfter(options)))
    const loss = await findLoss({
      from: kept,
      to: after,
      before: counted,
      after: await countRows(session, after),
      statements: plan.statements,
      renames: options.renames ?? [],
    })
    if (loss !== undefined) throw failed(`${loss}, and no statement says so`)
    await assertEqual(db, to.db)
    const proof = { tables: tables.length, empty: [...empty, ...input.skip].filter((n) => n !== EVERY) }
    const noWayBack = await tryBack(db, session, { before, down: input.down ?? [] })
    return noWayBack === undefined ? proof : { ...proof, noWayBack }
  })
}

interface Back {
  readonly before: Catalog
  readonly down: readonly string[]
}

async function tryBack(
  db: Database,
  session: ReservedSql,
  { before, down }: Back,
): Promise<string | undefined> {
  if (down.length === 0) return undefined
  for (const sql of down) {
    const error = await session.unsafe(sql).then(
      () => undefined,
      (found: Error) => found,
    )
    if (error !== undefined) return `the way back fails: ${error.message} (${sql})`
  }
  const { statements, refusals } = diff(await readCatalog(db), before)
  const left = statements[0]?.sql ?? refusals[0]?.reason
  return left === undefined ? undefined : `after the way back this would be left to do: ${left}`
}

/** A live database cannot be copied: its schema is made anew from what was read of it. */
async function rebuild(
  db: Database,
  session: ReservedSql,
  { from, scratch, signal }: Once,
): Promise<Catalog> {
  const whole = repaired(from)
  const build = diff(emptyCatalog(from.major), whole)
  if (scratch.makesRoles) await makeRoles(session, build)
  await runPlan(session, build, { together: false, ...(signal ? { signal } : {}) }).catch(
    (error: unknown) => {
      throw notRebuilt(isGigarowError(error) ? error.message : String(error), error)
    },
  )
  const rebuilt = await readCatalog(db)
  const rest = diff(rebuilt, whole).statements[0]
  if (rest !== undefined) throw notRebuilt(`Of it this would still be to do: ${rest.sql}`)
  return rebuilt
}

async function makeRoles(session: ReservedSql, { statements }: Plan): Promise<void> {
  const { stmts = [] } = await parse(
    statements
      .map(({ sql }) => `${sql};`)
      .filter(mayNameRole)
      .join('\n'),
  )
  await ensureRoles(session, new Set(rolesIn(stmts)))
}

function mayNameRole(sql: string): boolean {
  return /^(grant|revoke|create policy|alter policy|alter default|alter .* owner to )/is.test(sql)
}

/**
 * What is broken in the live database (an unfinished index, a pending detach) cannot be made on purpose. Its owners are those that the
 * plan gives things to: not everybody may give all of them away.
 */
function repaired({ owners: _, ...catalog }: Catalog): Catalog {
  const objects = [...catalog.objects].map(([key, object]) => [key, whole(object)] as const)
  return { ...catalog, objects: new Map(objects) }
}

function whole(object: SchemaObject): SchemaObject {
  if (object.kind === 'index' && !object.valid) return { ...object, valid: true }
  if (object.kind === 'table' && object.partitionOf?.detachPending)
    return { ...object, partitionOf: { ...object.partitionOf, detachPending: false } }
  return object
}

function emptyCatalog(major: number): Catalog {
  return { major, objects: new Map(), needs: new Map(), unknown: [] }
}

function countTables({ objects }: Catalog): readonly string[] {
  return [...objects.values()].flatMap((o) => (o.kind === 'table' ? [ident(o.name.schema, o.name.name)] : []))
}

function optionsAfter({ renames: _made, ...rest }: DiffOptions): DiffOptions {
  return rest
}

function assertSame({ statements, refusals }: Plan): void {
  const [next] = statements
  if (next !== undefined) throw failed(`afterwards this would still be to do: ${next.sql}`)
  const [refused] = refusals
  if (refused !== undefined) throw failed(`afterwards this would be refused: ${refused.reason}`)
}

async function assertEqual(got: Database, expected: Database): Promise<void> {
  const { missing, unexpected } = compareSchemas(await fingerprint(got), await fingerprint(expected))
  if (unexpected[0] !== undefined) throw failed(`it leads to ${unexpected[0]}`)
  if (missing[0] !== undefined) throw failed(`it does not lead to ${missing[0]}`)
}

function planFailed(error: unknown): never {
  if (!isGigarowError(error) || error.code !== 'APPLY_FAILED') throw error
  throw new GigarowError('PROOF_FAILED', `The plan fails on a scratch database. ${error.message}`, {
    facts: error.facts,
    cause: error.cause,
    hint: 'Nothing was changed. On the database it would fail as well: please report it, or make the change in smaller steps.',
  })
}

function notRebuilt(why: string, cause?: unknown): GigarowError {
  return new GigarowError(
    'PROOF_FAILED',
    `The plan cannot be proved: the state before it cannot be made on a scratch database. ${why}`,
    {
      ...(cause === undefined ? {} : { cause }),
      hint: 'Nothing was changed. --scratch target makes the scratch database on the database’s own server, where its extensions are; --no-prove goes without the proof.',
    },
  )
}

const HINT =
  'Nothing was changed. This is a fault of the plan: please report it. --no-prove applies it all the same.'

function failed(why: string): GigarowError {
  return new GigarowError('PROOF_FAILED', `On a scratch database the plan does not keep its word: ${why}.`, {
    facts: { difference: why },
    hint: HINT,
  })
}

/** The quoted table whose rows broke a rule, '' where the server names none; undefined for any other error. */
function brokenBy(error: unknown): string | undefined {
  if (!isGigarowError(error) || error.code !== 'PROOF_FAILED') return undefined
  const cause = error.cause as { readonly schema_name?: string; readonly table_name?: string } | undefined
  if (!/^2[23]/.test(errorCodeOf(cause) ?? '')) return undefined
  const { schema_name: schema, table_name: table } = cause ?? {}
  return schema === undefined || table === undefined ? '' : ident(schema, table)
}
