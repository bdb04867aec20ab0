import { createReadStream } from 'node:fs'
import { type FileHandle, open } from 'node:fs/promises'
import { createGunzip } from 'node:zlib'
import { invalidFile } from '../errors.ts'

/** Of a block that is read and sent: one COPY message of the protocol. */
export const BLOCK_BYTES = 1024 * 1024

/** Bytes in their order; whoever opens one has to close it. */
export interface ByteSource {
  /** Fills `into` from `at` on; returns how many bytes came, 0 at the end. */
  read(into: Buffer, at: number): Promise<number>
  /** Bytes of the file that were read since this was asked last. */
  taken(): number
  close(): Promise<void>
}

export interface Range {
  readonly lo: number
  readonly hi: number
}

export async function openRange(path: string, { lo, hi }: Range): Promise<ByteSource> {
  const unreadable = (error: Error): never => {
    throw invalidFile(path, `${path} cannot be read: ${error.message}`)
  }
  const file = await open(path).catch(unreadable)
  let position = lo
  let told = lo
  return {
    async read(into, at) {
      const length = Math.min(into.length - at, hi - position)
      const n = await readFully(file, into, { at, position, length }).catch(unreadable)
      position += n
      return n
    },
    taken() {
      const bytes = position - told
      told = position
      return bytes
    },
    close: () => file.close(),
  }
}

async function readFully(
  file: FileHandle,
  into: Buffer,
  { at, position, length }: { at: number; position: number; length: number },
): Promise<number> {
  let done = 0
  while (done < length) {
    const { bytesRead } = await file.read(into, at + done, length - done, position + done)
    if (bytesRead === 0) break
    done += bytesRead
  }
  return done
}

/** What a .gz file holds, without its first `skip` bytes. */
export function openGzip(path: string, skip: number): ByteSource {
  const packed = createReadStream(path, { highWaterMark: 256 * 1024 })
  const unpacked = createGunzip({ chunkSize: 256 * 1024 })
  packed.on('error', (error) => unpacked.destroy(error))
  const pieces = packed.pipe(unpacked)[Symbol.asyncIterator]() as AsyncIterator<Buffer>
  let left = skip
  let rest: Buffer = Buffer.alloc(0)
  let told = 0
  const next = async (): Promise<boolean> => {
    const { done, value } = await pieces.next()
    if (done) return false
    const cut = Math.min(left, value.length)
    left -= cut
    rest = value.subarray(cut)
    return true
  }
  return {
    async read(into, at) {
      let done = at
      while (done < into.length) {
        if (rest.length === 0 && !(await next())) break
        const n = rest.copy(into, done)
        rest = rest.subarray(n)
        done += n
      }
      return done - at
    },
    taken() {
      const bytes = packed.bytesRead - told
      told = packed.bytesRead
      return bytes
    },
    async close() {
      packed.destroy()
      unpacked.destroy()
    },
  }
}
