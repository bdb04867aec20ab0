import { createHash } from 'node:crypto'
import { mkdir, open, readFile, rename, rm, stat, statfs, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import {
  displayName,
  type Emit,
  explainFileError,
  formatBytes,
  formatCount,
  GigarowError,
} from '../kernel/index.ts'
import { segments } from './plan.ts'
import type { Profile, TableFill } from './profile.ts'
import { compileRows, type RowTwin } from './rows.ts'

export interface CsvOptions {
  /** Made where it is not there. */
  readonly folder: string
  /** Rows of every file but a table's last; default 25 million. */
  readonly fileRows?: number | undefined
  /** Begin anew where the folder holds files of other rows. */
  readonly truncate?: boolean
  /** Free bytes on the disk of the folder, instead of what the system says. */
  readonly free?: number | undefined
  readonly emit: Emit<CsvEvent>
  readonly signal: AbortSignal
}

export type CsvEvent = {
  readonly type: 'file.finished'
  readonly file: string
  readonly rows: number
  /** It was there from an earlier run. */
  readonly kept: boolean
}

export interface CsvFile {
  readonly file: string
  readonly table: string
  readonly rows: number
  readonly bytes: number
}

const FILE_ROWS = 25_000_000
/** Rows between two looks at the signal. */
const BATCH = 5000
const MANIFEST = 'gigarow-csv.json'
const WHEN_FULL = 'Make space, then the same command goes on: complete files are kept.'

/**
 * The rows of a profile as CSV files (RFC 4180: a header, commas, CRLF), which COPY … WITH (FORMAT csv, HEADER) reads: nulls are empty, empty texts
 * quoted. A file has its name when it is complete; those that are there are kept, so that a run that was stopped goes on. Throws SEED_FOLDER_TAKEN,
 * SEED_NO_SPACE, INTERRUPTED, FILE_UNUSABLE, DISK_FULL.
 */
export async function writeCsv(profile: Profile, options: CsvOptions): Promise<readonly CsvFile[]> {
  const { folder } = options
  return writeFiles(profile, options).catch((error: unknown) => {
    throw explainFileError(error, { path: folder, doing: 'written', whenFull: WHEN_FULL })
  })
}

async function writeFiles(profile: Profile, options: CsvOptions): Promise<readonly CsvFile[]> {
  const { folder, fileRows = FILE_ROWS, emit, signal } = options
  const files = profile.tables.flatMap((fill) => partsOf(fill, fileRows))
  await mkdir(folder, { recursive: true })
  const truncate = options.truncate === true
  await claim(folder, { profile, fileRows, files, truncate, free: options.free })
  const written: CsvFile[] = []
  for (const part of files) {
    const path = join(folder, part.file)
    const kept = await stat(path).catch(() => undefined)
    if (kept === undefined) await writePart(path, { part, seed: profile.seed, signal })
    const { size } = await stat(path)
    const rows = part.hi - part.lo + 1
    emit({ type: 'file.finished', file: path, rows, kept: kept !== undefined })
    written.push({ file: path, table: displayName(part.fill.table), rows, bytes: size })
  }
  return written
}

interface Part {
  readonly fill: TableFill
  readonly file: string
  readonly lo: number
  readonly hi: number
}

function partsOf(fill: TableFill, fileRows: number): Part[] {
  const count = Math.ceil(fill.rows / fileRows)
  const digits = String(count).length
  const name = displayName(fill.table).replaceAll(/[^\w.-]/g, '_')
  return Array.from({ length: count }, (_, k) => ({
    fill,
    file: count === 1 ? `${name}.csv` : `${name}_${String(k + 1).padStart(digits, '0')}.csv`,
    lo: k * fileRows + 1,
    hi: Math.min(fill.rows, (k + 1) * fileRows),
  }))
}

interface Claim {
  readonly profile: Profile
  readonly fileRows: number
  readonly files: readonly Part[]
  readonly truncate: boolean
  readonly free: number | undefined
}

/** Notes in the folder which rows its files hold. */
async function claim(folder: string, { profile, fileRows, files, truncate, free }: Claim): Promise<void> {
  const hash = createHash('sha256')
    .update(JSON.stringify([profile, fileRows]))
    .digest('hex')
  const path = join(folder, MANIFEST)
  const found = await readFile(path, 'utf8').catch(() => undefined)
  const before = found === undefined ? undefined : readManifest(found)
  if (before?.hash === hash) return checkSpace(folder, { profile, files, free, deleted: [] })
  const strangers = before === undefined ? await existing(folder, files) : before.files
  if (strangers.length > 0 && !truncate) {
    throw new GigarowError('SEED_FOLDER_TAKEN', `${folder} holds CSV files of other rows: ${strangers[0]}.`, {
      facts: { folder, files: strangers.slice(0, 100) },
      hint: 'Name another folder, or give --truncate to delete them.',
    })
  }
  await checkSpace(folder, { profile, files, free, deleted: strangers })
  for (const file of strangers) await rm(join(folder, file), { force: true })
  const names = files.map(({ file }) => file)
  await writeFile(
    path,
    `${JSON.stringify({ profile: profile.name, seed: profile.seed, hash, files: names })}\n`,
  )
}

interface Space extends Pick<Claim, 'profile' | 'files' | 'free'> {
  /** Files that give their space back. */
  readonly deleted: readonly string[]
}

/** Throws SEED_NO_SPACE where the files that are still to be written would not fit. */
async function checkSpace(folder: string, { profile, files, free, deleted }: Space): Promise<void> {
  const sizeOf = (file: string) =>
    stat(join(folder, file)).then(
      ({ size }) => size,
      () => undefined,
    )
  const widths = new Map(profile.tables.map((fill) => [fill, rowBytes(fill, profile.seed)]))
  let needed = 0
  for (const { fill, file, lo, hi } of files)
    if (deleted.includes(file) || (await sizeOf(file)) === undefined)
      needed += (hi - lo + 1) * widths.get(fill)!
  const given = await Promise.all(deleted.map(sizeOf))
  const room = (free ?? (await freeBytes(folder))) + given.reduce<number>((sum, size) => sum + (size ?? 0), 0)
  if (needed <= room) return
  throw new GigarowError(
    'SEED_NO_SPACE',
    `The files need about ${formatBytes(needed)}, and the disk of ${folder} has ${formatBytes(room)} free.`,
    {
      facts: { folder, needed: Math.ceil(needed), free: room },
      hint: 'Make space, write fewer rows (--rows), or say how much there is if that is wrong: --disk-free SIZE.',
    },
  )
}

async function freeBytes(folder: string): Promise<number> {
  const { bavail, bsize } = await statfs(folder)
  return bavail * bsize
}

/** Of the beginning, the middle and the end. */
const SAMPLE = 200

function rowBytes(fill: TableFill, seed: number): number {
  const starts = [1, Math.floor((fill.rows - SAMPLE) / 2), fill.rows - SAMPLE + 1].map((row) =>
    Math.max(1, row),
  )
  let [bytes, count] = [0, 0]
  for (const { block, lo, hi } of starts.flatMap((lo) =>
    segments({ lo, hi: Math.min(fill.rows, lo + SAMPLE - 1) }),
  )) {
    const rows = compileRows(fill, { seed, block })
    for (let i = lo; i <= hi; i++, count++) bytes += Buffer.byteLength(lineOf(rows, i))
  }
  return bytes / count
}

function readManifest(text: string): { hash: string; files: readonly string[] } {
  try {
    const { hash, files } = JSON.parse(text) as { hash?: unknown; files?: unknown }
    // Names of files in the folder and nothing else: they may be deleted.
    const names = Array.isArray(files) ? files.filter((file) => /^[\w.-]+\.csv$/.test(String(file))) : []
    return { hash: String(hash), files: names }
  } catch {
    return { hash: '', files: [] }
  }
}

async function existing(folder: string, files: readonly Part[]): Promise<string[]> {
  const found: string[] = []
  for (const { file } of files) if (await stat(join(folder, file)).catch(() => undefined)) found.push(file)
  return found
}

async function writePart(
  path: string,
  { part, seed, signal }: { part: Part; seed: number; signal: AbortSignal },
): Promise<void> {
  const unfinished = `${path}.part`
  const file = await open(unfinished, 'w')
  try {
    await file.write(`${part.fill.columns.map(({ name }) => cell(name)).join(',')}\r\n`)
    for (const { block, lo, hi } of segments(part)) {
      const rows = compileRows(part.fill, { seed, block })
      for (let from = lo; from <= hi; from += BATCH) {
        if (signal.aborted) throw stopped(part)
        let text = ''
        for (let i = from; i <= Math.min(hi, from + BATCH - 1); i++) text += lineOf(rows, i)
        await file.write(text)
      }
    }
    await file.sync()
  } catch (error) {
    // It would be begun anew, and its space may be missing elsewhere.
    await rm(unfinished, { force: true }).catch(() => {})
    throw explainFileError(error, { path, doing: 'written', whenFull: WHEN_FULL })
  } finally {
    await file.close()
  }
  await rename(unfinished, path)
}

function lineOf(rows: RowTwin, i: number): string {
  return `${rows.text(i).map(cell).join(',')}\r\n`
}

function stopped({ file, lo, hi }: Part): GigarowError {
  return new GigarowError(
    'INTERRUPTED',
    `Stopped in ${file} (rows ${formatCount(lo)} to ${formatCount(hi)}).`,
    {
      facts: { file },
      hint: 'The same command goes on: complete files are kept.',
    },
  )
}

function cell(text: string | null): string {
  if (text === null) return ''
  return text === '' || /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text
}
