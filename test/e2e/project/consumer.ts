import { bigserial, pgTable, text } from 'drizzle-orm/pg-core'
import { defineConfig, type ErrorCode, GigarowError } from 'gigarow'
import { migrateStatus } from 'gigarow/migrate'
import { partitionBy, timePartitions } from 'gigarow/schema'
import { defineSeed, fill, gen } from 'gigarow/seed'
import { bulkSafe, defineTuning } from 'gigarow/tuning'

// Checked by tsc, never run: what a user's editor sees. Each @ts-expect-error must be an error.

const notes = pgTable('notes', { id: bigserial({ mode: 'number' }).primaryKey(), body: text().notNull() })

export const seed = defineSeed({
  name: 'notes',
  seed: 1,
  tables: [fill(notes, { rows: 10, columns: { id: gen.sequence(), body: gen.hex(8) } })],
})
// @ts-expect-error there is no such column
fill(notes, { rows: 10, columns: { id: gen.sequence(), body: gen.hex(8), bodi: gen.hex(8) } })

export const config = defineConfig({ schema: 'schema' })
// @ts-expect-error there is no such setting
defineConfig({ shema: 'schema' })

export const tuning = defineTuning({ ...bulkSafe, name: 'mine' })
// @ts-expect-error a value is given with its reason
defineTuning({ name: 'mine', description: '', settings: { work_mem: '1GB' } })

const code: ErrorCode = new GigarowError('USAGE', 'No.').code
// @ts-expect-error there is no such code
const wrong: ErrorCode = 'NO_SUCH_CODE'

export const all = [partitionBy.range, timePartitions, migrateStatus, code, wrong]
