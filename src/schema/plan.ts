import { GigarowError, type Hazard, isGigarowError, type Statement } from '../kernel/index.ts'
import { boundSql, keySql, type Leaf } from '../model/index.ts'
import {
  collectDeclarations,
  type DeclaredSchema,
  type GigarowTable,
  invalid,
  type ReadOptions,
} from './declared.ts'
import { type DeclarationRename, declarationRenames } from './declared-renames.ts'
import { emptyKitSnapshot, kitSnapshot } from './kit.ts'
import type { GigarowMatView } from './matviews.ts'
import { objectsOf } from './objects.ts'
import { describeBelow } from './partition-tree.ts'
import {
  type LeafState,
  type MatViewOptions,
  type Snapshot,
  type TableOptions,
  tableKey,
} from './snapshot.ts'
import { statementsBetween } from './statements.ts'
import { tidyOrAsIs } from './tidy.ts'

/** What one migration does, as a value: nothing in it touches a database or a file. */
export interface MigrationPlan {
  readonly statements: readonly Statement[]
  /** What takes all of it back; undefined where nobody knows how. */
  readonly down: readonly Statement[] | undefined
  /** State after the migration. */
  readonly snapshot: Snapshot
}

export type Allowance = Exclude<Hazard['kind'], 'never'>

/** As readDeclarations, and the SQL of every sqlObject() is read, too: all problems at once, SCHEMA_INVALID. */
export async function checkDeclarations(
  imports: Readonly<Record<string, unknown>>,
  options: ReadOptions,
): Promise<DeclaredSchema> {
  const { declared, problems } = collectDeclarations(imports, options)
  const objects = await objectsOf(declared, {})
  const all = [...problems, ...objects.problems]
  if (all.length > 0) throw invalid(all)
  return declared
}

/**
 * The complete DDL of the declarations, from nothing, in an order that runs on an empty database; each without a semicolon.
 * Nothing in it runs concurrently or outside of a transaction.
 */
export async function declarationsSql(declared: DeclaredSchema): Promise<readonly string[]> {
  const from = await emptySnapshot()
  const statements = await statementsBetween(from, await snapshotOf(declared, from))
  return statements.map(({ sql }) => sql)
}

/** What leads from the newest snapshot (undefined: from nothing) to the declarations. */
export async function planMigration(
  declared: DeclaredSchema,
  previous: Snapshot | undefined,
): Promise<MigrationPlan> {
  const from = previous ?? (await emptySnapshot())
  const to = await snapshotOf(declared, from)
  const renames = declarationRenames(declared)
  const statements = await statementsBetween(from, to, renames)
  return Object.freeze({
    statements: Object.freeze(statements),
    down: await downOf(statements, { from, to, renames }),
    snapshot: to,
  })
}

/** A migration that is written by hand: where it has to lead, and what is known of the way. */
export interface CustomPlan {
  /** Statements, or in words why there are none; empty when the declarations have not changed. */
  readonly open: readonly string[]
  readonly snapshot: Snapshot
}

/** As planMigration, but where only a person knows the way (a rename, say) that is what it returns. */
export async function planCustom(
  declared: DeclaredSchema,
  previous: Snapshot | undefined,
): Promise<CustomPlan> {
  const from = previous ?? (await emptySnapshot())
  const snapshot = await snapshotOf(declared, from)
  try {
    const statements = await statementsBetween(from, snapshot, declarationRenames(declared))
    return {
      open: statements.map(({ sql, hazard }) => (hazard?.kind === 'never' ? hazard.text : sql)),
      snapshot,
    }
  } catch (error) {
    if (isGigarowError(error) && error.code === 'SCHEMA_INVALID') return { open: [error.message], snapshot }
    throw error
  }
}

async function emptySnapshot(): Promise<Snapshot> {
  return { gigarow: 1, drizzle: await emptyKitSnapshot(), tables: {} }
}

async function snapshotOf(declared: DeclaredSchema, from: Snapshot): Promise<Snapshot> {
  const oldNames = new Map(
    declarationRenames(declared)
      .filter(({ kind }) => kind === 'table')
      .map(({ schema, from: old, to }) => [tableKey({ schema, name: to }), tableKey({ schema, name: old })]),
  )
  const tables = declared.tables.map((table) => {
    const key = tableKey(table.name)
    return [key, optionsOf(table, from.tables[key] ?? from.tables[oldNames.get(key) ?? ''])] as const
  })
  const options = Object.fromEntries(tables.filter(([, value]) => Object.keys(value).length > 0))
  const { objects, problems } = await objectsOf(declared, options)
  if (problems.length > 0) throw invalid(problems)
  const matViews = declared.matViews.map((view) => [tableKey(view.name), matViewOptions(view)] as const)
  const known = matViews.filter(([, value]) => Object.keys(value).length > 0)
  return Object.freeze({
    gigarow: 1,
    drizzle: await kitSnapshot(declared.imports),
    tables: options,
    ...(known.length > 0 ? { matViews: Object.fromEntries(known) } : {}),
    ...(Object.keys(objects).length > 0 ? { objects } : {}),
  })
}

function matViewOptions({ withData, storage, refresh }: GigarowMatView): MatViewOptions {
  return {
    ...(withData ? {} : { withData }),
    ...(storage ? { storage } : {}),
    ...(refresh ? { refresh } : {}),
  }
}

function optionsOf(
  { partitionKey, policy, leaves, storage }: GigarowTable,
  before: TableOptions | undefined,
): TableOptions {
  // The partitions of a policy are those of the day its table was made.
  const kept = policy && before?.policy ? before.leaves : undefined
  const made = kept ?? leaves.map(leafState)
  const below = policy ? describeBelow(leaves[0]) : undefined
  return {
    ...(partitionKey ? { partitionBy: keySql(partitionKey) } : {}),
    ...(policy ? { policy } : {}),
    ...(made.length > 0 ? { leaves: made } : {}),
    ...(below ? { subpartitionBy: below } : {}),
    ...(storage ? { storage } : {}),
  }
}

function leafState({ name, bound, partitionKey, leaves = [] }: Leaf): LeafState {
  return {
    name,
    bound: boundSql(bound),
    ...(partitionKey ? { partitionBy: keySql(partitionKey), leaves: leaves.map(leafState) } : {}),
  }
}

interface Change {
  readonly from: Snapshot
  readonly to: Snapshot
  readonly renames: readonly DeclarationRename[]
}

async function downOf(
  statements: readonly Statement[],
  { from, to, renames }: Change,
): Promise<readonly Statement[] | undefined> {
  if (statements.every((s) => s.reverse !== undefined)) {
    const reversed = statements.toReversed().flatMap(({ reverse = [] }) => reverse)
    return Promise.all(
      reversed.map(async (sql) => ({
        sql: await tidyOrAsIs(sql),
        transactional: !/\bCONCURRENTLY\b/.test(sql),
      })),
    )
  }
  try {
    const back = renames.map((r) => ({ ...r, from: r.to, to: r.from }))
    return await statementsBetween(to, from, back)
  } catch (error) {
    if (isGigarowError(error) && error.code === 'SCHEMA_INVALID') return undefined
    throw error
  }
}

/** Throws REFUSED with every danger that is not allowed, each with what to write instead. */
export function refuseHazards(plan: MigrationPlan, allow: readonly Allowance[]): void {
  const hazards = plan.statements.flatMap(({ hazard }) => (hazard ? [hazard] : []))
  const refused = hazards.filter(({ kind }) => kind === 'never' || !allow.includes(kind))
  if (refused.length === 0) return
  const kinds = [...new Set(refused.map((h) => h.kind))]
  const flags = kinds.filter((kind) => kind !== 'never')
  const byHand = 'gigarow generate --custom <name> writes an empty migration for it.'
  throw new GigarowError(
    'REFUSED',
    `The migration is not written, because it is dangerous on a table with rows:\n${refused.map((h) => `  - ${h.text}.`).join('\n')}`,
    {
      facts: { hazards: refused.map((h) => h.text), kinds },
      hint: kinds.includes('never')
        ? `Write it by hand: ${byHand}`
        : `If that is meant, or the tables are small: --allow ${flags.join(',')}. ${byHand}`,
    },
  )
}
