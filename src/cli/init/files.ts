/** A file that init writes, by its path in the project. */
export interface NewFile {
  readonly path: string
  readonly text: string
}

export interface ConfigText {
  readonly settings: Readonly<Record<string, string | readonly string[]>>
  /** Whether the package is found from the project. */
  readonly installed: boolean
  readonly header: readonly string[]
}

const IMPORT = "import { defineConfig } from 'gigarow'\n\n"

/** gigarow.config.ts; it holds no address and no password. */
export function configText({ settings, installed, header }: ConfigText): string {
  const body = Object.entries(settings).map(([name, value]) => `  ${name}: ${quoted(value)},\n`)
  const comment = header.map((line) => `// ${line}\n`).join('')
  return installed
    ? `${IMPORT}${comment}export default defineConfig({\n${body.join('')}})\n`
    : `${comment}export default {\n${body.join('')}}\n`
}

function quoted(text: string | readonly string[]): string {
  if (typeof text !== 'string') return `[${text.map(quoted).join(', ')}]`
  return `'${text.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`
}

const lines = (text: readonly string[]) => `${text.join('\n')}\n`

/** A project from nothing: one partitioned table, and a profile that fills it. */
export const TEMPLATE: readonly NewFile[] = [
  {
    path: 'drizzle.config.ts',
    text: lines([
      "import { defineConfig } from 'drizzle-kit'",
      '',
      '// What drizzle-kit itself needs (drizzle-kit studio, for one). Migrations are made and run by gigarow.',
      'export default defineConfig({',
      "  dialect: 'postgresql',",
      "  schema: './schema',",
      "  dbCredentials: { url: process.env.DATABASE_URL ?? '' },",
      '})',
    ]),
  },
  {
    path: 'schema/events.ts',
    text: lines([
      "import { bigint, bigserial, index, jsonb, pgTable, primaryKey, text, timestamp } from 'drizzle-orm/pg-core'",
      "import { partitionBy, timePartitions } from 'gigarow/schema'",
      '',
      '// An ordinary Drizzle table: queries are written as always. gigarow adds the partitions.',
      'export const events = pgTable(',
      "  'events',",
      '  {',
      "    id: bigserial({ mode: 'number' }).notNull(),",
      "    userId: bigint('user_id', { mode: 'number' }).notNull(),",
      "    eventType: text('event_type').notNull(),",
      "    eventTime: timestamp('event_time', { withTimezone: true }).notNull(),",
      '    payload: jsonb().notNull(),',
      '  },',
      '  (t) => [',
      '    partitionBy.range(t.eventTime),',
      '    // PostgreSQL wants the column of the partitions in every unique key.',
      "    primaryKey({ name: 'events_pkey', columns: [t.id, t.eventTime] }),",
      "    index('events_user_time_idx').on(t.userId, t.eventTime),",
      "    index('events_time_brin_idx').using('brin', t.eventTime),",
      '  ],',
      ')',
      '',
      '// One partition a month. Without `to` they go on to today and, by `premake`, beyond.',
      "export const eventsPartitions = timePartitions(events, { every: '1 month', from: '2025-01-01', to: '2026-01-01' })",
    ]),
  },
  {
    path: 'seeds/events.ts',
    text: lines([
      "import { defineSeed, fill, gen } from 'gigarow/seed'",
      "import { events } from '../schema/events.ts'",
      '',
      '// gigarow seed --profile events --rows 100k',
      'export default defineSeed({',
      "  name: 'events',",
      '  // The same seed makes the same rows, on every machine.',
      '  seed: 1,',
      '  tables: [',
      '    fill(events, {',
      '      rows: 10_000_000,',
      '      columns: {',
      '        id: gen.sequence(),',
      '        userId: gen.pareto({ max: 1_000_000 }),',
      "        eventType: gen.choice(['view', 'click', 'purchase']),",
      "        eventTime: gen.timestamp({ from: '2025-01-01', days: 365 }),",
      '        payload: gen.json({ page: gen.hex(8) }),',
      '      },',
      '    }),',
      '  ],',
      '})',
    ]),
  },
]
