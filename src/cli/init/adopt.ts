import type { ResolvedConfig } from '../../config/index.ts'
import type { Target } from '../../db/index.ts'
import type { Plan } from '../../diff/index.ts'
import { GigarowError, isGigarowError } from '../../kernel/index.ts'
import type { Drift, NewMigration, Source } from '../../migrate/index.ts'
import type { Catalog } from '../../model/index.ts'
import type { DeclaredSchema } from '../../schema/index.ts'
import type { CommandContext } from '../command.ts'
import { withBoth } from '../diff/compare.ts'
import { scratchServer } from '../diff/scratch.ts'
import { database } from '../diff/sources.ts'
import { type Adoptable, adoptable } from './undeclared.ts'

/** What a database is to be taken over as. */
export type Adoption =
  | {
      readonly kind: 'baseline'
      readonly migration: NewMigration
      readonly statements: number
      readonly tables: number
    }
  | { readonly kind: 'none'; readonly why: string }

export interface AdoptInput {
  readonly context: CommandContext
  readonly config: ResolvedConfig
  readonly target: Target
  readonly declared: DeclaredSchema
  readonly options: Readonly<Record<string, unknown>>
  /** A file of declarations may be added: the configuration is ours to write. */
  readonly canDeclare: boolean
}

export interface Adopted {
  readonly adoption: Adoption
  /** How the database differs from the declarations; or why nobody has looked. */
  readonly differences: readonly Drift[] | { readonly unknown: string }
  /** What the first migration would not bring back on another server. */
  readonly left: readonly string[]
  /** What the database holds and no declaration names, where it can be declared. */
  readonly undeclared?: Adoptable
}

/** Reads the database and makes the first migration of its state. Changes nothing. */
export async function planAdoption(input: AdoptInput): Promise<Adopted> {
  const { config, target } = input
  const { withDatabase } = await import('../../db/index.ts')
  const { migrateStatus } = await import('../../migrate/index.ts')
  const { readCatalog } = await import('../../catalog/index.ts')
  const { objectKey, onlyOwn } = await import('../../model/index.ts')
  const names = input.declared.tables.map(({ name }) => name)
  const ours = new Set(names.flatMap((name) => [objectKey('table', name), objectKey('schema', name.schema)]))
  const look = { doing: 'reading the schema', applicationName: 'gigarow init' }
  const { live, known } = await withDatabase(target, look, async (db) => ({
    live: onlyOwn(await readCatalog(db), config.only, ours),
    known: (await migrateStatus({ db, folder: config.migrations })).migrations,
  }))
  const none = (why: string): Adopted => ({ adoption: { kind: 'none', why }, differences: [], left: [] })
  if (known.some(({ state }) => state !== 'pending'))
    return none('gigarow knows this database already: gigarow migrate status')
  if (known.length > 0)
    return none('there are migrations already; to record them as applied: gigarow migrate baseline')
  if (![...live.objects.values()].some(({ kind }) => kind === 'table'))
    return none('the database has no tables: gigarow generate, then gigarow migrate up')
  const plan = await planOf(live)
  const compared = await compareBoth(input, { live, plan })
  const left = [...live.unknown, ...compared.left]
  const migration = await baselineOf(plan, left)
  const tables = [...live.objects.values()].filter((o) => o.kind === 'table' && o.partitionOf === undefined)
  return {
    adoption: { kind: 'baseline', migration, statements: plan.statements.length, tables: tables.length },
    differences: compared.differences,
    left,
    ...(compared.undeclared ? { undeclared: compared.undeclared } : {}),
  }
}

async function planOf(live: Catalog): Promise<Plan> {
  const { diff } = await import('../../diff/index.ts')
  // What is not managed is left out, and said so.
  const { major, unknown } = live
  const empty: Catalog = { major, objects: new Map(), needs: new Map(), unknown }
  const plan = diff(empty, live)
  const { refusals } = plan
  if (refusals.length > 0) {
    throw new GigarowError(
      'REFUSED',
      `The database cannot be written down as a migration:\n${refusals.map(({ reason }) => `  - ${reason}`).join('\n')}`,
      { hint: 'gigarow init --no-baseline leaves the database out.' },
    )
  }
  const { readable } = await import('../../migrate/index.ts')
  return readable(plan, { from: empty, to: live, policies: [] })
}

async function baselineOf(plan: Plan, left: readonly string[]): Promise<NewMigration> {
  const { migrationName, migrationText } = await import('../../migrate/index.ts')
  const name = migrationName('baseline', { now: Date.now() })
  const { sql } = await migrationText(plan, name)
  const header = [
    'The state in which gigarow found the database. It was recorded there as applied and not run; other databases are',
    'made by it.',
    ...left.map((what) => `Not in it: ${what}`),
  ]
  // Nobody takes back what was there before: no down.sql.
  return { name, sql: `${header.map((line) => `-- ${line}\n`).join('')}${sql}`, downSql: undefined }
}

interface Known {
  readonly live: Catalog
  readonly plan: Plan
}

/** The database against the declarations, and against what the first migration makes. Needs a scratch server. */
async function compareBoth(
  input: AdoptInput,
  { live, plan }: Known,
): Promise<Pick<Adopted, 'differences' | 'left' | 'undeclared'>> {
  const { options, target, declared } = input
  const context = { ...input.context, config: async () => input.config }
  const elsewhere = options.scratch ?? options.scratchUrl ?? input.config.scratchUrl
  if (live.major !== EMBEDDED_MAJOR && elsewhere === undefined) {
    const unknown = `the server is PostgreSQL ${live.major} and the embedded one is ${EMBEDDED_MAJOR}; --scratch target makes scratch databases on the server itself`
    return { differences: { unknown }, left: [] }
  }
  try {
    const scratch = await scratchServer(context, options, target)
    const { declarationsSql } = await import('../../schema/index.ts')
    const policies = declared.tables.flatMap(({ name, policy }) =>
      policy ? [{ table: name, ...policy }] : [],
    )
    const { source: from } = await database(target)
    const against = async (label: string, sql: readonly string[], ours: typeof policies) => {
      const to: Source = { kind: 'statements', label, statements: sql }
      return withBoth(context, { from, to, policies: ours, scratch, ahead: 'leave' }, async (a, b) => {
        const { findDrift } = await import('../../migrate/index.ts')
        const expected = b.catalog
        const drift = findDrift({ live: a.catalog, expected, policies: ours, now: Date.now() })
        return { drift, live: a.catalog, expected }
      })
    }
    const declarations = (what: DeclaredSchema) =>
      declarationsSql(what).then((sql) => against('the declarations', sql, policies))
    const first = await declarations(declared)
    const undeclared = await adoptable(first.live, first.expected)
    const whole = {
      ...declared,
      extensions: [...declared.extensions, ...undeclared.extensions],
      sqlObjects: [...declared.sqlObjects, ...undeclared.objects],
    }
    // Where they cannot be made behind the declarations they are left out, and the differences name them.
    const second =
      undeclared.counts.size === 0 || !input.canDeclare
        ? undefined
        : await declarations(whole).catch((error: unknown) => {
            if (!isGigarowError(error) || error.code === 'INTERRUPTED') throw error
            return undefined
          })
    const { drift: again } = await against(
      'the baseline',
      plan.statements.map(({ sql }) => sql),
      [],
    )
    const lost = again.filter(({ kind }) => kind === 'added' || kind === 'missing' || kind === 'changed')
    return {
      differences: (second ?? first).drift,
      left: lost.map(({ object, text }) => `${object} ${text}`),
      ...(second !== undefined || (!input.canDeclare && undeclared.counts.size > 0) ? { undeclared } : {}),
    }
  } catch (error) {
    if (!isGigarowError(error) || error.code === 'INTERRUPTED') throw error
    return { differences: { unknown: error.message.split('\n')[0]! }, left: [] }
  }
}

const EMBEDDED_MAJOR = 18

/** Writes the first migration and records it as applied. */
export async function adopt({ config, target, context }: AdoptInput, migration: NewMigration): Promise<void> {
  const { withDatabase } = await import('../../db/index.ts')
  const { baseline, writeMigration } = await import('../../migrate/index.ts')
  await writeMigration(config.migrations, migration)
  await withDatabase(target, { doing: 'adopting the database', applicationName: 'gigarow init' }, (db) =>
    baseline({ db, folder: config.migrations, to: migration.name, signal: context.signal }),
  )
}
