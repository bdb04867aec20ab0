import { createHash } from 'node:crypto'
import { type FileHandle, open, stat } from 'node:fs/promises'
import { basename } from 'node:path'
import { GigarowError } from '../kernel/index.ts'
import { QUOTE, recordEnd } from './csv/bytes.ts'
import { fieldsOf } from './csv/record.ts'
import { openGzip, openRange } from './csv/source.ts'
import { invalidFile } from './errors.ts'
import type { ImportFile } from './plan.ts'

/** A header has to be within these; rows are estimated from them. */
const HEAD_BYTES = 1024 * 1024
const DIGEST_BYTES = 64 * 1024
const BOM = Buffer.from([0xef, 0xbb, 0xbf])

export interface DescribedFile extends Omit<ImportFile, 'columns'> {
  /** Undefined when the file has no header line. */
  readonly header: readonly string[] | undefined
  /** Undefined where nothing says. */
  readonly estimatedRows: number | undefined
}

/** What a file is, by its head: changes nothing, reads a megabyte. Throws IMPORT_FILE_INVALID. */
export async function describeFile(
  path: string,
  { delimiter, header }: { readonly delimiter: string; readonly header: boolean },
): Promise<DescribedFile> {
  const identity = await identify(path)
  const gzip = path.endsWith('.gz')
  const head = await readHead(path, { gzip, bytes: identity.bytes })
  if (head.length === 0) throw invalidFile(path, `${basename(path)} is empty`)
  const bom = head.subarray(0, BOM.length).equals(BOM) ? BOM.length : 0
  const line = header ? headerLine(path, head, bom) : undefined
  const start = line?.end ?? bom
  const unpacked = gzip ? await unpackedBytes(path, identity.bytes) : identity.bytes
  return {
    path,
    ...identity,
    gzip,
    start,
    header: line && fieldsOf(head.subarray(bom, line.end), delimiter.charCodeAt(0)),
    estimatedRows: estimateRows(head, start, unpacked),
  }
}

export type FileIdentity = Pick<ImportFile, 'bytes' | 'modified' | 'digest'>

export async function identify(path: string): Promise<FileIdentity> {
  const file = await opened(path)
  try {
    const { size, mtimeNs } = await file.stat({ bigint: true })
    const bytes = Number(size)
    const digest = createHash('sha256').update(String(bytes))
    for (const position of [0, Math.max(0, bytes - DIGEST_BYTES)]) {
      const buffer = Buffer.alloc(DIGEST_BYTES)
      const { bytesRead } = await file.read(buffer, 0, DIGEST_BYTES, position)
      digest.update(buffer.subarray(0, bytesRead))
    }
    return { bytes, modified: String(mtimeNs), digest: digest.digest('hex') }
  } finally {
    await file.close()
  }
}

async function opened(path: string): Promise<FileHandle> {
  const found = await stat(path).catch(() => undefined)
  if (found === undefined) throw invalidFile(path, `There is no file ${path}`)
  if (!found.isFile())
    throw invalidFile(
      path,
      `${path} is no file`,
      found.isDirectory() ? `For the files of a folder: "${path}/*.csv".` : undefined,
    )
  return open(path).catch((error: Error) => {
    throw invalidFile(path, `${path} cannot be read: ${error.message}`)
  })
}

async function readHead(path: string, { gzip, bytes }: { gzip: boolean; bytes: number }): Promise<Buffer> {
  const source = gzip ? openGzip(path, 0) : await openRange(path, { lo: 0, hi: bytes })
  try {
    const head = Buffer.allocUnsafe(gzip ? HEAD_BYTES : Math.min(HEAD_BYTES, bytes))
    return head.subarray(0, await source.read(head, 0))
  } catch (error) {
    throw unpackError(path, error) ?? error
  } finally {
    await source.close()
  }
}

/** Undefined for what is no error of unpacking. */
export function unpackError(path: string, error: unknown): GigarowError | undefined {
  const code = error instanceof Error && 'code' in error ? String(error.code) : ''
  if (!code.startsWith('Z_')) return undefined
  return new GigarowError(
    'IMPORT_FILE_INVALID',
    `${basename(path)} cannot be unpacked: ${(error as Error).message}.`,
    { facts: { file: path }, cause: error, hint: `See whether it is whole: gzip -t ${path}` },
  )
}

function headerLine(path: string, head: Buffer, from: number): { readonly end: number } {
  const end = recordEnd(head, from, { to: head.length })
  if (end !== -1) return { end }
  // A header and nothing else, without a newline.
  if (head.length < HEAD_BYTES && !head.includes(QUOTE) && !head.includes(0x0d)) return { end: head.length }
  throw invalidFile(
    path,
    `${basename(path)} has no header line that ends within ${HEAD_BYTES / 1024} kB`,
    'Lines have to end with LF or CRLF. For a file without a header name its columns: --columns a,b,c.',
  )
}

/** By the length of the first rows. */
function estimateRows(head: Buffer, start: number, bytes: number | undefined): number | undefined {
  if (bytes === undefined) return undefined
  let rows = 0
  let at = start
  for (let end: number; ; at = end, rows++) {
    end = recordEnd(head, at, { to: head.length })
    if (end === -1) break
  }
  if (bytes <= head.length) return rows + (at < head.length ? 1 : 0)
  return rows === 0 ? 1 : Math.round(((bytes - start) * rows) / (at - start))
}

/** The last four bytes of a .gz file say it, modulo 4 GB, for the last of its members. */
async function unpackedBytes(path: string, bytes: number): Promise<number | undefined> {
  const file = await open(path)
  try {
    const tail = Buffer.alloc(4)
    await file.read(tail, 0, 4, Math.max(0, bytes - 4))
    const size = tail.readUInt32LE()
    return size > bytes ? size : undefined
  } finally {
    await file.close()
  }
}
