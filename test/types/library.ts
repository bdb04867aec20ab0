import { bigserial, pgTable, text } from 'drizzle-orm/pg-core'
import { GigarowError } from 'gigarow'
// @ts-expect-error for our own commands only
import { migrateStatus, migrateUp, planText } from 'gigarow/migrate'
// @ts-expect-error for our own commands only
import { describeTable } from 'gigarow/schema'
// @ts-expect-error for our own commands only
import { computeRow, defineSeed, fill, gen, planStrip } from 'gigarow/seed'
// @ts-expect-error for our own commands only
import { applyTuning } from 'gigarow/tuning'

/** Not run: checked by tsc. The example of docs/library.md. */
export async function deploy(url: string, folder: string, log: (text: string) => void) {
  const { upToDate } = await migrateStatus({ db: url, folder })
  if (upToDate) return
  try {
    const { applied } = await migrateUp({
      db: url,
      folder,
      emit: (event) => {
        if (event.type === 'migrate.applied') log(`${event.name} took ${event.ms} ms`)
      },
    })
    log(`${applied.length} migrations applied`)
  } catch (error) {
    if (error instanceof GigarowError && error.code === 'LOCK_TIMEOUT') log(error.hint ?? error.message)
    throw error
  }
}

const notes = pgTable('notes', { id: bigserial({ mode: 'number' }).primaryKey(), body: text().notNull() })
const profile = defineSeed({
  name: 'notes',
  seed: 1,
  tables: [fill(notes, { rows: 1000, columns: { id: gen.sequence(), body: gen.hex(8) } })],
})
export const row = computeRow(profile, { table: 'notes', row: 7 })
export const unused = [planText, planStrip, describeTable, applyTuning]
