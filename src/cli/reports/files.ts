import { mkdirSync, readdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { GigarowError } from '../../kernel/index.ts'

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

export function put(path: string, text: string): void {
  const draft = `${path}.${process.pid}`
  writeFileSync(draft, text, { mode: 0o600 })
  renameSync(draft, path)
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
    throw error
  }
}

/** The report whose id begins with `id` or ends with it; the newest without one. Throws REPORT_UNKNOWN. */
export function readReport(stateDir: string, id: string | undefined): StoredReport {
  const all = listReports(stateDir)
  const exact = all.filter((name) => name === id)
  const found =
    exact.length > 0
      ? exact
      : all.filter((name) => id === undefined || name.startsWith(id) || name.endsWith(id))
  const [name] = found
  if (name === undefined || (id !== undefined && found.length > 1)) throw unknown(id, { all, found })
  return JSON.parse(readFileSync(join(stateDir, FOLDER, `${name}.json`), 'utf8')) as StoredReport
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
