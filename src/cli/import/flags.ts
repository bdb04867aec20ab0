import { resolve } from 'node:path'
import type { Duplicates, ImportRequest, Rejects } from '../../ingest/index.ts'
import { GigarowError, type QualifiedName } from '../../kernel/index.ts'
import type { CommandContext } from '../command.ts'
import { integer } from '../integer.ts'
import { OF_TUNE, refuseWithoutTune } from '../tuning/flags.ts'
import { parseSize } from '../tuning/options.ts'

export interface ImportFlags {
  readonly into?: string
  readonly columns?: string
  readonly delimiter?: string
  readonly null?: string
  readonly encoding?: string
  readonly where?: string
  readonly whereIn?: string
  readonly onDuplicate?: Duplicates
  readonly key?: string
  readonly rejects?: string
  readonly maxRejects?: string
  readonly jobs?: string
  readonly chunkSize?: string
  readonly resume?: boolean
  readonly abandon?: boolean
  readonly again?: boolean
  readonly dryRun?: boolean
  readonly tune?: string
}

const usage = (message: string, hint: string) => new GigarowError('USAGE', message, { hint })

/** Flags that say what is imported: a stopped import has them in its plan. */
const OF_PLAN = [
  'columns',
  'delimiter',
  'null',
  'encoding',
  'where',
  'whereIn',
  'onDuplicate',
  'key',
  'chunkSize',
  'abandon',
  'again',
] as const

export function refuseCombinations(flags: ImportFlags, files: readonly string[]): void {
  const { resume, dryRun, tune, key, onDuplicate = 'error', rejects, maxRejects } = flags
  const given = OF_PLAN.filter((name) => flags[name] !== undefined)
  if (resume && (files.length > 0 || given.length > 0 || dryRun))
    throw usage(
      '--resume goes on with the plan of the stopped import; files, --dry-run and what says how they are read do not go with it.',
      'gigarow import --resume, with --into where several imports have stopped.',
    )
  if (!resume && files.length === 0)
    throw usage('No files are named.', 'For example: gigarow import data/*.csv --into generation_data.')
  if (!resume && flags.into === undefined)
    throw usage('--into is missing: the table to import into.', 'For example: --into generation_data.')
  refuseWithoutTune(flags, { ...OF_TUNE, diskFree: '--disk-free' })
  if (tune !== undefined && dryRun)
    throw usage('--tune does not go with --dry-run.', `gigarow tune plan ${tune} shows what it would change.`)
  if (key !== undefined && onDuplicate === 'error')
    throw usage(
      '--key goes with --on-duplicate skip or update.',
      'With error every unique key of the table counts.',
    )
  if ((rejects === undefined) !== (maxRejects === undefined))
    throw usage(
      '--rejects and --max-rejects go together: where refused rows are noted, and how many there may be.',
      'For example: --rejects refused.csv --max-rejects 100.',
    )
}

/** schema.table, or a table of public. */
export function tableOf(text: string): QualifiedName {
  const parts = [...text.matchAll(/"((?:[^"]|"")+)"|([^".]+)/g)].map(
    ([, quoted, plain]) => quoted?.replaceAll('""', '"') ?? plain ?? '',
  )
  const rebuilt = text.replaceAll(/"(?:[^"]|"")+"|[^".]+/g, 'x')
  if (rebuilt === 'x') return { schema: 'public', name: parts[0]! }
  if (rebuilt === 'x.x') return { schema: parts[0]!, name: parts[1]! }
  throw usage(`--into "${text}" is no name of a table.`, 'Write table, or schema.table.')
}

export async function requestOf(
  context: CommandContext,
  { flags, files, jobs }: { flags: ImportFlags; files: readonly string[]; jobs: number },
): Promise<ImportRequest> {
  const { cwd } = context
  const { findFiles, readWhereIn } = await import('./files.ts')
  const list = (text: string | undefined) => text?.split(',').map((name) => name.trim())
  const chunkBytes = parseSize('--chunk-size', flags.chunkSize)
  return {
    paths: await findFiles(files, cwd),
    table: tableOf(flags.into!),
    columns: list(flags.columns),
    delimiter: delimiterOf(flags.delimiter),
    nullText: nullTextOf(flags.null),
    encoding: flags.encoding,
    where: flags.where,
    whereIn: flags.whereIn === undefined ? undefined : await readWhereIn(flags.whereIn, cwd),
    duplicates: flags.onDuplicate ?? 'error',
    key: list(flags.key),
    maxRejects: 0,
    ...rejectsOf(flags, cwd),
    chunkBytes: chunkBytes === undefined ? undefined : Math.max(1024, chunkBytes),
    jobs,
  }
}

/** Where refused rows are noted, and how many there may be; undefined when the first one stops the import. */
export function rejectsOf({ rejects, maxRejects }: ImportFlags, cwd: string): Rejects | undefined {
  if (rejects === undefined || maxRejects === undefined) return undefined
  return {
    rejects: resolve(cwd, rejects),
    maxRejects: integer(maxRejects, { flag: '--max-rejects', min: 0, max: 10_000_000 }),
  }
}

function delimiterOf(text = ','): string {
  const delimiter = text === 'tab' || text === '\\t' ? '\t' : text
  const code = delimiter.charCodeAt(0)
  if (delimiter.length === 1 && code > 0 && code < 128 && !/["\r\n]/.test(delimiter)) return delimiter
  throw usage(
    `--delimiter "${text}" is not one character of ASCII.`,
    'For example: --delimiter ";" or --delimiter tab.',
  )
}

function nullTextOf(text = ''): string {
  if (!/["\r\n]/.test(text)) return text
  throw usage('--null cannot hold quotes and line ends.', 'For example: --null NULL or --null "\\N".')
}
