import { createHash } from 'node:crypto'
import {
  closeSync,
  fsyncSync,
  ftruncateSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  writeSync,
} from 'node:fs'
import { dirname, join } from 'node:path'
import type { Target } from '../db/index.ts'
import { GigarowError } from '../kernel/index.ts'
import {
  type ClosedTuning,
  foldJournal,
  type JournalEntry,
  type JournalRecord,
  type JournalState,
  lastClosed,
} from './journal-records.ts'
import type { ServerState } from './server.ts'

/**
 * The memory of what was changed on one server: a local file, because a table of a server that does not start cannot be
 * read. Lines of JSON, only ever added, each on disk before append() returns.
 */
export interface Journal {
  readonly path: string
  state(): JournalState | undefined
  lastClosed(): ClosedTuning | undefined
  append(entry: JournalEntry): void
}

export function journalPath(stateDir: string, systemIdentifier: string): string {
  return join(stateDir, 'tuning', `${systemIdentifier}.jsonl`)
}

/**
 * That of the server behind `target`. A standby has the system identifier of its primary: its journal is told by its address as
 * well, also once it has been promoted.
 */
export function journalOf(stateDir: string, server: ServerState, { socketDir, host, port }: Target): Journal {
  const { systemIdentifier, dataDirectory, standby } = server
  const address = createHash('sha256')
    .update(`${socketDir ?? host}:${port}${dataDirectory}`)
    .digest('hex')
  const own = openJournal(journalPath(stateDir, `${systemIdentifier}-${address.slice(0, 8)}`))
  if (standby || own.state() !== undefined) return own
  return openJournal(journalPath(stateDir, systemIdentifier))
}

/** Makes the file's folder and the file when they are missing; cuts off a last line that a crash left unfinished. */
export function openJournal(path: string): Journal {
  const records = [...readJournal(path)]
  return {
    path,
    state: () => foldJournal(records),
    lastClosed: () => lastClosed(records),
    append: (entry) => {
      const record: JournalRecord = { ...entry, at: new Date().toISOString() }
      appendDurably(path, `${JSON.stringify(record)}\n`)
      records.push(record)
    },
  }
}

/** Throws TUNING_JOURNAL_DAMAGED for anything but a torn last line, which never got as far as being acted on. */
export function readJournal(path: string): readonly JournalRecord[] {
  const text = readOrEmpty(path)
  return text
    .slice(0, completeLength(text))
    .split('\n')
    .flatMap((line, index) => (line === '' ? [] : [parseRecord(line, { path, line: index + 1 })]))
}

/** Every journal of the folder with something open in it. */
export function openJournals(stateDir: string): readonly { path: string; state: JournalState }[] {
  const folder = join(stateDir, 'tuning')
  let names: string[]
  try {
    names = readdirSync(folder).filter((name) => name.endsWith('.jsonl'))
  } catch {
    return []
  }
  return names.sort().flatMap((name) => {
    const path = join(folder, name)
    const state = foldJournal(readJournal(path))
    return state === undefined ? [] : [{ path, state }]
  })
}

/** For a server whose data are deleted: there is nothing left to put back. `dataDirectory`: on this machine. */
export function closeJournalsOf(stateDir: string, dataDirectory: string): void {
  for (const { path, state } of openJournals(stateDir)) {
    if (state.plan.dataDirectory === dataDirectory) openJournal(path).append({ type: 'closed' })
  }
}

function appendDurably(path: string, line: string): void {
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 })
  const text = readOrEmpty(path)
  const file = openSync(path, 'a', 0o600)
  try {
    const complete = Buffer.byteLength(text.slice(0, completeLength(text)))
    if (complete < Buffer.byteLength(text)) ftruncateSync(file, complete)
    writeSync(file, line)
    fsyncSync(file)
  } finally {
    closeSync(file)
  }
  if (text === '') syncFolder(dirname(path))
}

/** Without this a new file's name may be gone after a power failure. Windows neither can nor needs to. */
export function syncFolder(path: string): void {
  if (process.platform === 'win32') return
  const folder = openSync(path, 'r')
  try {
    fsyncSync(folder)
  } finally {
    closeSync(folder)
  }
}

function completeLength(text: string): number {
  return text.lastIndexOf('\n') + 1
}

function readOrEmpty(path: string): string {
  try {
    return readFileSync(path, 'utf8')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return ''
    throw error
  }
}

function parseRecord(text: string, where: { path: string; line: number }): JournalRecord {
  try {
    const record: unknown = JSON.parse(text)
    if (typeof record === 'object' && record !== null && 'type' in record) return record as JournalRecord
  } catch {}
  throw new GigarowError(
    'TUNING_JOURNAL_DAMAGED',
    `Line ${where.line} of ${where.path} is not a record of the journal.`,
    {
      facts: where,
      hint: 'Repair that line by hand: every line is one JSON document, and the "intent" records hold the values from before. When its server is gone, delete the file.',
    },
  )
}
