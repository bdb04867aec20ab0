import { GigarowError, isGigarowError } from '../kernel/index.ts'

/** Whether the text, of PostgreSQL or of the system, says that a disk is full. */
export function saysDiskFull(text: string): boolean {
  return /No space left on device|Disk quota exceeded|Check free disk space|ENOSPC|EDQUOT/.test(text)
}

/** What the file system refused, as the error a user sees; other errors pass through. */
export function explainFileError(error: unknown, stateDir: string): unknown {
  const { code, message, path } = error as NodeJS.ErrnoException
  if (isGigarowError(error) || code === undefined) return error
  const facts = { path: path ?? stateDir }
  if (code === 'ENOSPC' || code === 'EDQUOT') {
    return new GigarowError(
      'DISK_FULL',
      `There is no disk space left for the embedded server: ${facts.path}.`,
      { facts, cause: error, hint: 'Make space, then run the same command again; no data is lost.' },
    )
  }
  if (code !== 'EACCES' && code !== 'EPERM' && code !== 'EROFS') return error
  return new GigarowError(
    'CLUSTER_UNUSABLE',
    `The files of the embedded server cannot be written: ${message}.`,
    {
      facts,
      cause: error,
      hint: 'Make the folder writable, or set stateDir in gigarow.config.ts to one that is.',
    },
  )
}
