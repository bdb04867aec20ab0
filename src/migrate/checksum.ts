import { createHash } from 'node:crypto'

/** Line ends and a byte order mark are an editor's or git's doing: a file is the same file with or without them. */
export function normalizeText(text: string): string {
  return text.replace(/^\uFEFF/, '').replaceAll('\r\n', '\n')
}

/** sha-256 in hex. */
export function checksumOf(text: string): string {
  return createHash('sha256').update(normalizeText(text), 'utf8').digest('hex')
}

/** The chain of the first migration follows the empty chain. */
export function chainOf(previousChain: string, checksum: string): string {
  return createHash('sha256').update(`${previousChain}\n${checksum}`, 'utf8').digest('hex')
}
