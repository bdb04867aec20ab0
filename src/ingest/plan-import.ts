import { type LiveTable, readLiveTable } from '../catalog/index.ts'
import { type CopySession, openCopySession } from '../copy/index.ts'
import { type Database, errorCodeOf } from '../db/index.ts'
import { displayName, type QualifiedName, qualified } from '../kernel/index.ts'
import { misfit } from './errors.ts'
import { type DescribedFile, describeFile } from './files.ts'
import type { Filter } from './filter/condition.ts'
import { type FilterColumn, readFilter, resolveFilter, type WhereIn } from './filter/resolve.ts'
import { stateOf } from './find-again.ts'
import { checkTable, columnsOfFile, keyFor } from './fit.ts'
import type { Duplicates, ImportFile, ImportPlan } from './plan.ts'
import { refuseStripped } from './stripped.ts'

export interface ImportRequest {
  /** Absolute paths, in the order in which they are read. */
  readonly paths: readonly string[]
  readonly table: QualifiedName
  /** Of files without a header line. */
  readonly columns?: readonly string[] | undefined
  readonly delimiter: string
  readonly nullText: string
  readonly encoding?: string | undefined
  /** SQL that says which rows are wanted. */
  readonly where?: string | undefined
  readonly whereIn?: WhereIn | undefined
  readonly duplicates: Duplicates
  readonly key?: readonly string[] | undefined
  readonly maxRejects: number
  /** Absolute path. */
  readonly rejects?: string | undefined
  readonly chunkBytes?: number | undefined
  readonly jobs: number
}

export interface PlannedImport {
  readonly plan: ImportPlan
  /** oid of the table. */
  readonly table: string
  /** Undefined where a file does not say. */
  readonly estimatedRows: number | undefined
}

/** Reads the heads of the files and the table, and refuses what does not go together. Changes nothing. */
export async function planImport(db: Database, request: ImportRequest): Promise<PlannedImport> {
  const header = request.columns === undefined
  const described: DescribedFile[] = []
  for (const path of request.paths)
    described.push(await describeFile(path, { delimiter: request.delimiter, header }))
  const live = checkTable(await readLiveTable(db.sql, request.table), request.table)
  // What it misses now, such as its primary key, is not what is wrong with it.
  await refuseStripped(db, { table: request.table, oid: live.oid })
  const files: ImportFile[] = described.map(({ header: _header, estimatedRows: _rows, ...file }, k) => ({
    ...file,
    columns: columnsOfFile(described[k]!, { live, given: request.columns }),
  }))
  const key = keyFor(live, { duplicates: request.duplicates, key: request.key, files })
  const filter = await askServer(db, { request, live, files })
  const bytes = files.reduce((sum, file) => sum + file.bytes, 0)
  const rows = described.map(({ estimatedRows }) => estimatedRows)
  const { delimiter, nullText, encoding, duplicates, maxRejects, rejects } = request
  return {
    plan: {
      table: request.table,
      files,
      format: { delimiter, nullText, encoding },
      filter,
      duplicates,
      key,
      chunkBytes: request.chunkBytes ?? chunkBytesFor(bytes, request.jobs),
      maxRejects,
      rejects,
      ...(await stateOf(db.sql, live)),
    },
    table: live.oid,
    estimatedRows: rows.every((count) => count !== undefined)
      ? rows.reduce((sum, count) => sum + count, 0)
      : undefined,
  }
}

const MEGABYTE = 1024 * 1024

/** Small enough that sessions end together and little is done twice, large enough that commits do not count. */
function chunkBytesFor(bytes: number, jobs: number): number {
  return Math.max(MEGABYTE, Math.min(16 * MEGABYTE, Math.ceil(bytes / (jobs * 8))))
}

interface Asking {
  readonly request: ImportRequest
  readonly live: LiveTable
  readonly files: readonly ImportFile[]
}

/** What only a session like those that load can say: its time zone and search path count. */
async function askServer(db: Database, { request, live, files }: Asking): Promise<Filter | undefined> {
  const session = await openCopySession(db.target, 'gigarow import')
  try {
    await checkEncoding(session, request.encoding)
    return await filterFor(session, { request, live, files })
  } finally {
    await session.close().catch(() => {})
  }
}

async function checkEncoding(session: CopySession, encoding: string | undefined): Promise<void> {
  if (encoding === undefined) return
  const [row] = await session.query<{ number: number }>('select pg_char_to_encoding($1) as number', [
    encoding,
  ])
  if (row!.number >= 0) return
  throw misfit(`PostgreSQL knows no encoding ${encoding}.`, {
    facts: { encoding },
    hint: 'For example UTF8, LATIN1, WIN1252, SJIS: the manual lists them under Character Set Support.',
  })
}

async function filterFor(
  session: CopySession,
  { request, live, files }: Asking,
): Promise<Filter | undefined> {
  const typeOf = (column: string) => live.columns.find(({ name }) => name === column)?.type
  checkWhereIn(request.whereIn, live)
  const written = await readFilter(request, typeOf)
  if (written === undefined) return undefined
  for (const file of files) {
    const missing = written.columns.filter((column) => !file.columns.includes(column))
    if (missing.length > 0)
      throw misfit(`The condition asks for ${missing.join(', ')}, which ${file.path} does not have.`, {
        facts: { file: file.path, missing },
        hint: `It has ${file.columns.join(', ')}.`,
      })
  }
  await explain(session, live, written.sql)
  const columns = await filterColumns(session, live)
  return resolveFilter(session, written, { columns, plainBytes: isPlainEncoding(request.encoding) })
}

function checkWhereIn(whereIn: WhereIn | undefined, live: LiveTable): void {
  if (whereIn === undefined || live.columns.some(({ name }) => name === whereIn.column)) return
  throw misfit(`Table ${displayName(live)} has no column ${whereIn.column}, which --where-in names.`, {
    facts: { column: whereIn.column },
    hint: `It has ${live.columns.map(({ name }) => name).join(', ')}.`,
  })
}

/** The server looks up every name and reads every constant of it, and carries nothing out. */
async function explain(session: CopySession, live: LiveTable, condition: string): Promise<void> {
  try {
    await session.query(`explain select from ${qualified(live)} where ${condition}`)
  } catch (error) {
    const code = errorCodeOf(error) ?? ''
    if (!/^(22|42|0A)/.test(code)) throw error
    throw misfit(`The server does not take the condition: ${(error as Error).message}.`, {
      facts: { sqlstate: code, condition },
    })
  }
}

function filterColumns(session: CopySession, { oid }: LiveTable): Promise<FilterColumn[]> {
  return session.query<FilterColumn & { name: string }>(
    `select attname::text as name, format_type(atttypid, atttypmod) as type, coalesce(c.collisdeterministic, true) as deterministic
       from pg_attribute a left join pg_collation c on c.oid = a.attcollation
      where attrelid = $1::int8::oid and attnum > 0 and not attisdropped`,
    [oid],
  )
}

/** In which the bytes of ASCII stand for nothing else. */
function isPlainEncoding(encoding: string | undefined): boolean {
  return encoding === undefined || /^(utf-?8|unicode)$/i.test(encoding)
}
