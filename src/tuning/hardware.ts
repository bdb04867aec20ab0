import { readFile, realpath, statfs } from 'node:fs/promises'
import { availableParallelism, totalmem } from 'node:os'
import { join } from 'node:path'
import type { ReservedSql } from '../db/index.ts'
import { GB } from './bytes.ts'
import { type LinuxLimits, linuxLimits, type ReadText } from './cgroup.ts'
import { systemIdentifierOf } from './pg-control.ts'
import type { Hardware } from './profile.ts'
import { type ServerState, serverFile } from './server.ts'

/** What the user knows of the server's machine; the rest is probed. Bytes. */
export type HardwareOverrides = { readonly [K in keyof Hardware]?: Hardware[K] | undefined }

/** Where nothing can be found out: small enough to do no harm. */
const CONSERVATIVE: Hardware = { cpus: 2, memoryBytes: 2 * GB, diskFreeBytes: 12 * GB, walFreeBytes: 12 * GB }

export interface ProbeInput {
  readonly session: ReservedSql
  readonly server: ServerState
  readonly overrides: HardwareOverrides
}

/**
 * The server's machine. A superuser reads its /proc and control groups through the server, so that a container's limits
 * count and a remote machine is seen; free space only where the data directory is on this machine. Otherwise a careful guess.
 */
export async function probeServer({ session, server, overrides }: ProbeInput): Promise<Hardware> {
  const here = systemIdentifierOf(server.dataDirectory) === server.systemIdentifier
  const viaServer: ReadText = (path) => serverFile(session, path)
  const limits =
    (server.superuser ? await linuxLimits(viaServer) : undefined) ??
    (here ? await localLimits() : guess(server))
  const disks = here ? await freeSpace(server.dataDirectory) : guessDisks(server)
  return withOverrides({ ...limits, ...disks }, overrides)
}

/** This machine, for looking at a profile without a server. `folder`: where the data would be. */
export async function probeThisMachine(folder: string, overrides: HardwareOverrides): Promise<Hardware> {
  return withOverrides({ ...(await localLimits()), ...(await freeSpace(folder)) }, overrides)
}

async function localLimits(): Promise<LinuxLimits> {
  const fallback = { cpus: availableParallelism(), memoryBytes: totalmem() }
  if (process.platform !== 'linux') return fallback
  return (await linuxLimits((path) => readFile(path, 'utf8').catch(() => null))) ?? fallback
}

async function freeSpace(dataDirectory: string): Promise<Pick<Hardware, 'diskFreeBytes' | 'walFreeBytes'>> {
  const wal = await realpath(join(dataDirectory, 'pg_wal')).catch(() => dataDirectory)
  return { diskFreeBytes: await freeBytes(dataDirectory), walFreeBytes: await freeBytes(wal) }
}

/** Of the nearest folder that is there. */
async function freeBytes(path: string): Promise<number> {
  const disk = await statfs(path).catch(() => null)
  if (disk !== null) return disk.bavail * disk.bsize
  return path === join(path, '..') ? CONSERVATIVE.diskFreeBytes : freeBytes(join(path, '..'))
}

/** Whoever set shared_buffers knew the machine: it is rarely more than a quarter of the memory. */
function guess(server: ServerState): LinuxLimits {
  const buffers = Number(server.settings.get('shared_buffers')?.setting ?? 0) * 8192
  const workers = Number(server.settings.get('max_parallel_workers')?.setting ?? 0)
  return {
    cpus: workers > 8 ? workers : CONSERVATIVE.cpus,
    memoryBytes: Math.max(CONSERVATIVE.memoryBytes, buffers * 4),
  }
}

/** The disk has room for the WAL that the server is allowed now. */
function guessDisks(server: ServerState): Pick<Hardware, 'diskFreeBytes' | 'walFreeBytes'> {
  const wal = Number(server.settings.get('max_wal_size')?.setting ?? 0) * 1024 ** 2
  const free = Math.max(CONSERVATIVE.walFreeBytes, wal / 0.3)
  return { diskFreeBytes: free, walFreeBytes: free }
}

function withOverrides(found: Hardware, overrides: HardwareOverrides): Hardware {
  const given = Object.fromEntries(Object.entries(overrides).filter(([, value]) => value !== undefined))
  return Object.freeze({ ...found, ...given })
}
