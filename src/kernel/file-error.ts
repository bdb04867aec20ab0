import { GigarowError } from './error.ts'

const REASONS: Readonly<Record<string, string>> = {
  EACCES: 'this user has no right to it',
  EEXIST: 'it is a file',
  EISDIR: 'it is a folder',
  ENAMETOOLONG: 'the name is too long',
  ENOENT: 'there is no such file or folder',
  ENOTDIR: 'a part of the path is a file',
  EPERM: 'this user has no right to it',
  EROFS: 'the file system is read-only',
}

export interface FileErrorOptions {
  /** Where the error names no file itself. */
  readonly path: string
  readonly doing: 'read' | 'written'
  /** What to do where the disk is full. */
  readonly whenFull?: string
}

/** What a user can do something about, as FILE_UNUSABLE or DISK_FULL; anything else as it is. */
export function explainFileError(error: unknown, { path, doing, whenFull }: FileErrorOptions): unknown {
  const { code, path: own } = (error ?? {}) as NodeJS.ErrnoException
  const where = own ?? path
  const facts = { path: where, reason: code ?? null }
  if (code === 'ENOSPC' || code === 'EDQUOT') {
    const what = code === 'EDQUOT' ? 'The quota of the disk is used up' : 'The disk is full'
    return new GigarowError('DISK_FULL', `${what}: ${where} could not be written.`, {
      facts,
      hint: whenFull ?? 'Make space, then run the same command again.',
      cause: error,
    })
  }
  const reason = code === undefined ? undefined : REASONS[code]
  if (reason === undefined) return error
  return new GigarowError('FILE_UNUSABLE', `${where} cannot be ${doing}: ${reason}.`, {
    facts,
    hint: 'Name another path, or make this one usable.',
    cause: error,
  })
}
