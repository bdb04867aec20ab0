import { doublePrecision, index, integer, pgTable, primaryKey, timestamp } from 'drizzle-orm/pg-core'
import { comment } from 'gigarow/schema'

/** What each generator fed into the grid, imported from files of 25 million rows: a row is there once, however often it comes. */
export const generationData = pgTable(
  'generation_data',
  {
    timestamp: timestamp({ withTimezone: true }).notNull(),
    generatorId: integer('generator_id').notNull(),
    powerOutput: doublePrecision('power_output').notNull(),
  },
  (t) => [
    primaryKey({ name: 'generation_data_pkey', columns: [t.generatorId, t.timestamp] }),
    // Rows arrive in the order of time: a few kilobytes of index for a hundred million rows.
    index('generation_data_time_brin_idx').using('brin', t.timestamp),
    comment(t.powerOutput, 'megawatts'),
  ],
)
