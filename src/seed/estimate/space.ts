import { formatBytes, GigarowError } from '../../kernel/index.ts'
import type { DiskEstimate } from './load-estimate.ts'

/** Free space on the server's disks, where it is known. */
export interface FreeSpace {
  readonly data: number
  /** Of the disk of pg_wal where that is another one. */
  readonly wal?: number | undefined
  /** What lies in pg_wal already: it is used again. */
  readonly presentWal: number
}

/** Bytes that the load will take at its widest, on the disk of the data and on that of pg_wal. */
export function spaceNeeded(
  disk: DiskEstimate,
  { wal, presentWal }: Pick<FreeSpace, 'wal' | 'presentWal'>,
): { readonly data: number; readonly wal: number } {
  const data =
    Math.max(0, disk.heap + disk.indexes - disk.present) +
    Math.max(disk.temporary, disk.rewritten - disk.indexes)
  const more = Math.max(0, disk.walKept - presentWal)
  return wal === undefined ? { data: data + more, wal: 0 } : { data, wal: more }
}

export function fits(disk: DiskEstimate, free: FreeSpace): boolean {
  const needed = spaceNeeded(disk, free)
  return needed.data <= free.data && (free.wal === undefined || needed.wal <= free.wal)
}

/** Throws SEED_NO_SPACE when the load cannot fit. */
export function checkSpace(disk: DiskEstimate, free: FreeSpace): void {
  const needed = spaceNeeded(disk, free)
  if (needed.data > free.data) throw noSpace('its disk', { needed: needed.data, free: free.data, disk })
  if (free.wal !== undefined && needed.wal > free.wal)
    throw noSpace('the disk of pg_wal', { needed: needed.wal, free: free.wal, disk })
}

function noSpace(
  where: string,
  { needed, free, disk }: { needed: number; free: number; disk: DiskEstimate },
): GigarowError {
  return new GigarowError(
    'SEED_NO_SPACE',
    `The load needs about ${formatBytes(needed)}, and ${where} has ${formatBytes(free)} free: ${formatBytes(disk.heap)} for tables, ${formatBytes(disk.indexes)} for indexes, ${formatBytes(disk.walKept)} of WAL, ${formatBytes(disk.temporary)} of temporary files.`,
    {
      facts: { needed: Math.ceil(needed), free, ...disk },
      hint: 'Make space, load fewer rows (--rows), or say how much there is if that is wrong: --disk-free SIZE.',
    },
  )
}
