import { appendFileSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { hostname, tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { parseTarget } from '../../../src/db/index.ts'
import { journalOf, journalPath, openJournal, readJournal } from '../../../src/tuning/journal.ts'
import type { PlanRecord } from '../../../src/tuning/journal-records.ts'
import { openJournalWarning } from '../../../src/tuning/warning.ts'
import { serverState } from './server-state.ts'

const PLAN: PlanRecord = {
  type: 'plan',
  version: 1,
  session: 'one',
  profile: 'bulk',
  systemIdentifier: '7',
  dataDirectory: '/nowhere',
  server: 'postgresql://u@h:1/d',
  bootId: null,
  settings: [{ name: 'fsync', wanted: 'off', effective: 'off', level: 'L3', takesEffect: 'reload' }],
}
const INTENT = {
  type: 'intent',
  name: 'fsync',
  before: { raw: null, effective: 'on', source: 'default', sourcefile: null },
  after: 'off',
} as const

let stateDir: string
beforeEach(() => {
  stateDir = mkdtempSync(join(tmpdir(), 'gigarow-journal-'))
})
afterEach(() => rmSync(stateDir, { recursive: true }))

describe('the journal', () => {
  it('is read back as it was written, by another process as well', () => {
    const journal = openJournal(journalPath(stateDir, '7'))
    for (const entry of [PLAN, INTENT, { type: 'done', name: 'fsync' } as const]) journal.append(entry)
    const again = openJournal(journal.path).state()
    expect(again).toEqual(journal.state())
    expect(again).toMatchObject({ phase: 'applying', settings: [{ before: { raw: null }, done: true }] })
    expect(statSync(journal.path).mode & 0o777).toBe(0o600)
  })

  it('forgets a last line that a crash tore, and goes on behind the one before', () => {
    const path = journalPath(stateDir, '7')
    openJournal(path).append(PLAN)
    appendFileSync(path, '{"type":"inte')
    expect(readJournal(path)).toHaveLength(1)
    openJournal(path).append(INTENT)
    expect(readJournal(path).map((r) => r.type)).toEqual(['plan', 'intent'])
    expect(readFileSync(path, 'utf8').endsWith('}\n')).toBe(true)
  })

  it('says which line is damaged', () => {
    const path = journalPath(stateDir, '7')
    openJournal(path).append(PLAN)
    writeFileSync(path, `garbage\n${readFileSync(path, 'utf8')}`)
    expect(() => readJournal(path)).toThrow(expect.objectContaining({ code: 'TUNING_JOURNAL_DAMAGED' }))
    expect(openJournalWarning(stateDir)).toContain('Line 1')
  })

  it('has nothing open once it is closed, and begins anew with the next plan', () => {
    const journal = openJournal(journalPath(stateDir, '7'))
    for (const entry of [PLAN, INTENT, { type: 'closed' } as const]) journal.append(entry)
    expect(journal.state()).toBeUndefined()
    expect(openJournalWarning(stateDir)).toBeUndefined()
    journal.append({ ...PLAN, session: 'two' })
    expect(journal.state()!.settings[0]!.before).toBeUndefined()
  })

  it('of a standby is not that of its primary, and stays its own when it is promoted', () => {
    const primary = serverState([], { systemIdentifier: '7' })
    const standby = { ...primary, standby: true }
    const at = (port: number) => parseTarget(`postgresql://u@h:${port}/d`, 'flag')
    openJournal(journalPath(stateDir, '7')).append(PLAN)
    expect(journalOf(stateDir, primary, at(1)).state()?.plan.session).toBe('one')
    expect(journalOf(stateDir, standby, at(2)).state()).toBeUndefined()
    journalOf(stateDir, standby, at(2)).append({ ...PLAN, session: 'two' })
    expect(journalOf(stateDir, primary, at(1)).state()?.plan.session).toBe('one')
    const promoted = { ...standby, standby: false }
    expect(journalOf(stateDir, promoted, at(2)).state()?.plan.session).toBe('two')
  })

  it('warns in one line, unfinished or in force', () => {
    expect(openJournalWarning(join(stateDir, 'none'))).toBeUndefined()
    const journal = openJournal(journalPath(stateDir, '7'))
    journal.append(PLAN)
    expect(openJournalWarning(stateDir)).toContain('gigarow tune status')
    journal.append({ type: 'applied' })
    expect(openJournalWarning(stateDir)).toMatch(/bulk is in force on postgresql:.*gigarow tune revert/)
  })

  it.each(['seed', 'import'])('says how %s goes on when it died with a profile in force', (doing) => {
    const journal = openJournal(journalPath(stateDir, '7'))
    const dead = { host: hostname(), pid: 2 ** 22 + 1, mark: null }
    for (const entry of [PLAN, { type: 'owner', owner: { ...dead, doing } }, { type: 'applied' }] as const)
      journal.append(entry)
    expect(openJournalWarning(stateDir)).toMatch(
      new RegExp(`gigarow ${doing} .* died .*; gigarow ${doing} --resume goes on and does it at its end\\.$`),
    )
  })
})
