import { GigarowError } from '../kernel/index.ts'
import type { Skipped } from './apply.ts'
import type { JournalState, Owner } from './journal-records.ts'

export function interrupted(begun: boolean): GigarowError {
  return new GigarowError('INTERRUPTED', 'Stopped while applying the tuning profile.', {
    hint: begun
      ? 'What had been changed has been put back: gigarow tune status.'
      : 'The same command goes on; gigarow tune revert puts everything back.',
  })
}

/** Nothing at all could be set. */
export function notAllowed(skipped: readonly Skipped[]): GigarowError {
  const reasons = [...new Set(skipped.filter((s) => s.forbidden).map((s) => s.why))]
  return new GigarowError('TUNING_NOT_ALLOWED', `Nothing was changed: ${reasons.join('; ')}.`, {
    facts: { settings: skipped.map((s) => s.name) },
    hint: 'Whoever operates the server has to make these settings: gigarow tune render writes them out.',
  })
}

export function foreignMarker(marker: string): GigarowError {
  return new GigarowError(
    'TUNING_FOREIGN',
    `A tuning profile is in force on this server that is not in the journal here: ${marker}.`,
    {
      facts: { marker },
      hint: 'Run gigarow tune revert in the project that applied it. If its journal is lost, put the settings back by hand, then gigarow tune revert --drop-marker.',
    },
  )
}

export function otherOpen(
  open: JournalState,
  wanted: { readonly profile: string; readonly selection: string },
): GigarowError {
  const nameOf = (profile: string, selection = '') =>
    selection === '' ? profile : `${profile} (${selection})`
  const [is, asked] = [
    nameOf(open.plan.profile, open.plan.selection),
    nameOf(wanted.profile, wanted.selection),
  ]
  const message =
    is === asked
      ? `A revert of tuning profile ${is} has begun on this server and is not finished.`
      : `Tuning profile ${is} is applied to this server; ${asked} cannot be put on top of it.`
  return new GigarowError('TUNING_OPEN', message, {
    facts: { profile: open.plan.profile, wanted: wanted.profile, since: open.since },
    hint: 'Run gigarow tune revert first.',
  })
}

/** A living process has it in force, and puts the settings back at its end. */
export function heldByOther({ doing, pid, host }: Owner): GigarowError {
  return new GigarowError(
    'TUNING_BUSY',
    `The tuning profile is in force for gigarow ${doing} (process ${pid} on ${host}), which puts the settings back at its end.`,
    { facts: { doing, pid, host }, hint: 'Wait until it has finished, then run the command again.' },
  )
}

export function changedMeanwhile(name: string, now: string | null): GigarowError {
  return new GigarowError(
    'TUNING_CONFLICT',
    `Somebody has changed ${name} since this tuning profile was begun (now ${now ?? 'not in postgresql.auto.conf'}).`,
    {
      facts: { setting: name, now },
      hint: 'Run gigarow tune revert: it keeps that change and puts the rest back.',
    },
  )
}

export function revertedMeanwhile(profile: string): GigarowError {
  return new GigarowError(
    'TUNING_CONFLICT',
    `Tuning profile ${profile} was reverted while the server restarted.`,
    {
      hint: 'gigarow tune status shows how things stand.',
    },
  )
}
