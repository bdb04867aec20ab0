import { GigarowError } from '../kernel/index.ts'
import { dropLease } from '../store/index.ts'
import type { TuneSession } from './context.ts'
import type { Journal } from './journal.ts'
import type { JournaledSetting } from './journal-records.ts'
import { SESSION_SOURCES } from './plan.ts'
import { settingOf } from './server.ts'
import { humanise } from './values.ts'
import { settingsInForce } from './verify.ts'

/**
 * Durability first, comfort last, each in the reverse order of the apply: settings that need each other are at no moment
 * such that a server killed then could not start. What was never announced was never changed.
 */
export function revertOrder(settings: readonly JournaledSetting[]): readonly JournaledSetting[] {
  const touched = settings.filter((s) => s.before !== undefined).reverse()
  return [...touched.filter((s) => s.level === 'L3'), ...touched.filter((s) => s.level !== 'L3')]
}

/** Compares with what was in force before, notes the differences, and closes the journal. */
export async function closeRevert(tune: TuneSession, journal: Journal): Promise<readonly string[]> {
  const { settings, plan } = journal.state()!
  const live = await settingsInForce(tune, settings)
  const notes: string[] = []
  for (const { name, before, scope } of revertOrder(settings)) {
    const row = settingOf(live, name)
    journal.append({ type: 'verified-back', name, effective: row.setting })
    if (row.setting === before!.effective) continue
    if (scope === undefined && SESSION_SOURCES.includes(row.source)) continue
    if (!live.has(name.toLowerCase())) {
      notes.push(`${name} is unknown to the server now: the library that has it is not loaded.`)
      continue
    }
    const [now, then] = [humanise(row, row.setting), humanise(row, before!.effective)]
    notes.push(
      `${name} is ${now} and was ${then}: the value below ours has changed meanwhile (from: ${row.source}).`,
    )
  }
  // In the database of a load; where this is another one, the journal tells that it is over.
  await dropLease(tune.session, plan.session).catch(() => {})
  journal.append({ type: 'closed' })
  return notes
}

export function conflictError(names: readonly string[]): GigarowError {
  return new GigarowError(
    'TUNING_CONFLICT',
    `Somebody has changed ${names.join(', ')} while the tuning profile was applied; that was left alone, the rest is back.`,
    {
      facts: { settings: names, flags: ['--keep-theirs', '--force'] },
      hint: 'gigarow tune revert --keep-theirs leaves it so and closes the journal; --force puts back the value from before.',
    },
  )
}

export function suspectError(): GigarowError {
  return new GigarowError(
    'TUNING_DATA_SUSPECT',
    'The settings are back, but the machine of the server was restarted while durability was turned off: do not trust its data.',
    {
      hint: 'If it crashed or lost power, make the server’s databases anew (gigarow db reset for the embedded one). If PostgreSQL was stopped and the machine rebooted in good order, the data are whole.',
    },
  )
}
