import { mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { explainFileError, GigarowError } from '../../kernel/index.ts'

/** A finished piece of work as it is kept: data for programs, from which text and HTML are made. */
export interface StoredReport {
  readonly format: 1
  /** What makes text and HTML of it: see renderers.ts. */
  readonly kind: string
  /** Also the name of its files: when, what, of what. */
  readonly id: string
  readonly title: string
  /** ISO, UTC. */
  readonly at: string
  readonly data: unknown
}

const FOLDER = 'reports'

/** 20261121-190318-seed-billion */
export function newReportId(at: Date, ...words: readonly string[]): string {
  const stamp = at
    .toISOString()
    .replace(/[-:]|\..*$/g, '')
    .replace('T', '-')
  return [stamp, ...words].join('-').replace(/[^\w-]/g, '_')
}

/** Writes both files, for the user alone; returns the path of the HTML. */
export function writeReport(stateDir: string, report: StoredReport, html: string): string {
  const folder = join(stateDir, FOLDER)
  mkdirSync(folder, { recursive: true, mode: 0o700 })
  const path = join(folder, `${report.id}.html`)
  put(path, html)
  put(join(folder, `${report.id}.json`), `${JSON.stringify(report)}\n`)
  return path
}

/** Throws FILE_UNUSABLE, DISK_FULL. */
export function put(path: string, text: string): void {
  const draft = `${path}.${process.pid}`
  try {
    writeFileSync(draft, text, { mode: 0o600 })
    renameSync(draft, path)
  } catch (error) {
    rmSync(draft, { force: true })
    // The draft's name says nothing to the user.
    throw explainFileError(Object.assign(error as Error, { path }), { path, doing: 'written' })
  }
}

/** Newest first. */
export function listReports(stateDir: string): string[] {
  try {
    return readdirSync(join(stateDir, FOLDER))
      .filter((name) => name.endsWith('.json'))
      .map((name) => name.slice(0, -'.json'.length))
      .sort()
      .reverse()
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return []
    throw explainFileError(error, { path: stateDir, doing: 'read' })
  }
}

/** The report whose id begins with `id` or ends with it; the newest without one. Throws REPORT_UNKNOWN, REPORT_DAMAGED. */
export function readReport(stateDir: string, id: string | undefined): StoredReport {
  const all = listReports(stateDir)
  const exact = all.filter((name) => name === id)
  const found =
    exact.length > 0
      ? exact
      : all.filter((name) => id === undefined || name.startsWith(id) || name.endsWith(id))
  const [name] = found
  if (name === undefined || (id !== undefined && found.length > 1)) throw unknown(id, { all, found })
  return parse(name, join(stateDir, FOLDER, `${name}.json`))
}

/** A full disk, or an editor, may have left half of it. */
function parse(id: string, path: string): StoredReport {
  const text = readText(path)
  try {
    const found = JSON.parse(text) as Partial<StoredReport> | null
    if (typeof found?.kind === 'string' && found.data !== undefined) return found as StoredReport
  } catch {
    // Said below.
  }
  throw new GigarowError('REPORT_DAMAGED', `Report ${id} cannot be read: ${path} is damaged.`, {
    facts: { id, path },
    hint: 'Delete the file; its page (.html) may still be whole. gigarow report --list prints the others.',
  })
}

function readText(path: string): string {
  try {
    return readFileSync(path, 'utf8')
  } catch (error) {
    throw explainFileError(error, { path, doing: 'read' })
  }
}

function unknown(
  id: string | undefined,
  { all, found }: { all: readonly string[]; found: readonly string[] },
): GigarowError {
  const some = (found.length > 1 ? found : all).slice(0, 5)
  return new GigarowError(
    'REPORT_UNKNOWN',
    found.length > 1
      ? `${found.length} reports are called like "${id}".`
      : id === undefined
        ? 'There is no report yet.'
        : `There is no report "${id}".`,
    {
      facts: { id: id ?? null, known: all },
      hint:
        all.length === 0
          ? 'gigarow seed writes one at the end of a load.'
          : `The last ones are: ${some.join(', ')}. gigarow report --list prints all.`,
    },
  )
}
