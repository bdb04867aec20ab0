import { displayName, GigarowError, type QualifiedName } from '../kernel/index.ts'

export function invalidFile(path: string, problem: string, hint?: string): GigarowError {
  return new GigarowError('IMPORT_FILE_INVALID', `${problem}.`, {
    facts: { file: path },
    ...(hint === undefined ? {} : { hint }),
  })
}

export function misfit(message: string, { facts = {}, hint }: MisfitDetails = {}): GigarowError {
  return new GigarowError('IMPORT_MISFIT', message, { facts, ...(hint === undefined ? {} : { hint }) })
}

interface MisfitDetails {
  readonly facts?: Readonly<Record<string, string | readonly string[]>>
  readonly hint?: string
}

export function resumeHint({ table }: { readonly table: QualifiedName }): string {
  return `Go on with: gigarow import --resume --into ${displayName(table)}`
}
