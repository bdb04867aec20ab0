import type { Wait } from '../seed/index.ts'

/** What wait events mean for a load; others keep PostgreSQL's names. */
const NAMES: Readonly<Record<string, string>> = {
  CPU: 'computing',
  'Client/ClientRead': 'gigarow',
  'IO/WALWrite': 'writing WAL',
  'IO/WALSync': 'the disk to keep WAL',
  'IO/WalSync': 'the disk to keep WAL',
  'IO/WALInitWrite': 'new WAL files',
  'IO/WalInitWrite': 'new WAL files',
  'IO/WalWrite': 'writing WAL',
  'LWLock/WALWrite': 'WAL of another session',
  'LWLock/WALInsert': 'room in the WAL buffers',
  'Lock/extend': 'another session that extends the table',
  'IO/DataFileExtend': 'extending a table',
  'IO/DataFileRead': 'reading tables',
  'IO/DataFileWrite': 'writing tables',
  'IO/BuffileRead': 'reading temporary files',
  'IO/BufFileRead': 'reading temporary files',
  'IO/BufFileWrite': 'writing temporary files',
  'IPC/ParallelCreateIndexScan': 'parallel workers',
  'IPC/ParallelFinish': 'parallel workers',
  'IPC/BgworkerShutdown': 'parallel workers',
}

export function waitName(wait: string): string {
  return NAMES[wait] ?? wait
}

/** For a line of progress: what sessions wait for, without those that compute. */
export function waiting(waits: readonly Wait[]): string {
  const waiting = waits.filter(({ wait }) => wait !== 'CPU').slice(0, 2)
  if (waiting.length === 0) return ''
  return ` waits for: ${waiting.map(({ wait, sessions }) => `${waitName(wait)} (${sessions})`).join(', ')}`
}
