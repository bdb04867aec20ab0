import { declared } from '../../src/cli/diff/sources.ts'
import { type Planned, planMigration } from '../../src/cli/generate/plan.ts'
import {
  type MigrationText,
  migrationName,
  migrationText,
  readMigrations,
  type ScratchServer,
  writeMigration,
} from '../../src/migrate/index.ts'
import { checkDeclarations } from '../../src/schema/index.ts'

export interface Generating {
  readonly scratch: ScratchServer
  readonly folder: string
  /** Milliseconds since 1970. */
  readonly now: number
  readonly allow?: readonly ('drop' | 'lock')[]
}

/** `gigarow generate` for these exports, at any time. undefined: nothing to do. */
export async function generate(
  exports: Readonly<Record<string, unknown>>,
  { scratch, folder, now, allow = [] }: Generating,
): Promise<(MigrationText & Planned & { readonly name: string }) | undefined> {
  const planned = await planMigration(
    { signal: new AbortController().signal },
    {
      from: { source: { kind: 'migrations', folder, label: 'migrations' }, policies: [], renames: [] },
      to: await declared(await checkDeclarations(exports, { now }), 'schema'),
      scratch,
      now,
      renames: [],
      allow: allow.map((name) => ({ name })),
      onlineTypes: false,
      prove: true,
      onlyLook: false,
    },
  )
  if (planned.plan.statements.length === 0) return undefined
  const newest = (await readMigrations(folder)).at(-1)?.name
  const name = migrationName('change', { now, ...(newest === undefined ? {} : { newest }) })
  const text = await migrationText(planned.plan, name)
  await writeMigration(folder, { name, ...text })
  return { ...text, ...planned, name }
}
