import { GigarowError, type Hazard, isGigarowError, type Statement } from '../kernel/index.ts'
import { boundSql, keySql } from '../model/index.ts'
import type { DeclaredSchema, GigarowTable } from './declared.ts'
import { emptyKitSnapshot, kitSnapshot } from './kit.ts'
import { type Snapshot, type TableOptions, tableKey } from './snapshot.ts'
import { statementsBetween, tidy } from './statements.ts'

/** What one migration does, as a value: nothing in it touches a database or a file. */
export interface MigrationPlan {
  readonly statements: readonly Statement[]
  /** What takes all of it back; undefined where nobody knows how. */
  readonly down: readonly Statement[] | undefined
  /** State after the migration. */
  readonly snapshot: Snapshot
}

export type Allowance = Exclude<Hazard['kind'], 'never'>

/** What leads from the newest snapshot (undefined: from nothing) to the declarations. */
export async function planMigration(
  declared: DeclaredSchema,
  previous: Snapshot | undefined,
): Promise<MigrationPlan> {
  const from = previous ?? (await emptySnapshot())
  const to = await snapshotOf(declared, from)
  const statements = await statementsBetween(from, to)
  return Object.freeze({
    statements: Object.freeze(statements),
    down: await downOf(statements, from, to),
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
    const statements = await statementsBetween(from, snapshot)
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
  const tables = declared.tables.map((table) => {
    const key = tableKey(table.name)
    return [key, optionsOf(table, from.tables[key])] as const
  })
  return Object.freeze({
    gigarow: 1,
    drizzle: await kitSnapshot(declared.imports),
    tables: Object.fromEntries(tables.filter(([, options]) => Object.keys(options).length > 0)),
  })
}

function optionsOf(
  { partitionKey, policy, leaves, storage }: GigarowTable,
  before: TableOptions | undefined,
): TableOptions {
  // The partitions of a policy are those of the day its table was made.
  const kept = policy && before?.policy ? before.leaves : undefined
  const made = kept ?? leaves.map(({ name, bound }) => ({ name, bound: boundSql(bound) }))
  return {
    ...(partitionKey ? { partitionBy: keySql(partitionKey) } : {}),
    ...(policy ? { policy } : {}),
    ...(made.length > 0 ? { leaves: made } : {}),
    ...(storage ? { storage } : {}),
  }
}

async function downOf(
  statements: readonly Statement[],
  from: Snapshot,
  to: Snapshot,
): Promise<readonly Statement[] | undefined> {
  if (statements.every((s) => s.reverse !== undefined)) {
    const reversed = statements.toReversed().flatMap(({ reverse = [] }) => reverse)
    return Promise.all(
      reversed.map(async (sql) => ({ sql: await tidy(sql), transactional: !/\bCONCURRENTLY\b/.test(sql) })),
    )
  }
  try {
    return await statementsBetween(to, from)
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
