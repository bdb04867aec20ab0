import { readFile, realpath, statfs } from 'node:fs/promises'
import { availableParallelism, totalmem } from 'node:os'
import { join } from 'node:path'
import type { ReservedSql } from '../db/index.ts'
import { GB } from './bytes.ts'
import { type LinuxLimits, linuxLimits, type ReadText } from './cgroup.ts'
import { diskKind, inContainer } from './disk.ts'
import { systemIdentifierOf } from './pg-control.ts'
import type { Hardware } from './profile.ts'
import { type ServerState, serverFile } from './server.ts'

/** What the user knows of the server's machine; the rest is probed. Bytes. */
export type HardwareOverrides = { readonly [K in keyof Hardware]?: Hardware[K] | undefined }

/** Where nothing can be found out: small enough to do no harm. */
const CONSERVATIVE = { cpus: 2, memoryBytes: 2 * GB, diskFreeBytes: 12 * GB, walFreeBytes: 12 * GB } as const

export interface ProbeInput {
  readonly session: ReservedSql
  readonly server: ServerState
  readonly overrides: HardwareOverrides
}

export interface Probed {
  readonly hardware: Hardware
  /** What could neither be found out nor was given: a careful guess. */
  readonly guessed: readonly (keyof Hardware)[]
}

type Disks = Pick<Hardware, 'diskFreeBytes' | 'walFreeBytes' | 'disk' | 'walDisk'>

/**
 * The server's machine. A superuser reads its /proc, /sys and control groups through the server, so that a container's
 * limits count and a remote machine is seen; free space only where the data directory is on this machine. Otherwise a
 * careful guess: `overrides` know better.
 */
export async function probeServer({ session, server, overrides }: ProbeInput): Promise<Probed> {
  const here = systemIdentifierOf(server.dataDirectory) === server.systemIdentifier
  const read: ReadText = server.access.superuser ? (path) => serverFile(session, path) : readLocal
  const sees = server.access.superuser || here
  const found = (sees ? await linuxLimits(read) : undefined) ?? (here ? await localLimits() : undefined)
  const disks = here
    ? await localDisks(server.dataDirectory)
    : { ...guessDisks(server), ...(await remoteKinds(server, sees ? read : async () => null)) }
  const container = sees && (await inContainer(read))
  const connections = Number(server.settings.get('max_connections')?.setting ?? 0) || null
  const more = { container, connections, major: Math.floor(server.version / 10_000) }
  return {
    hardware: withOverrides({ ...(found ?? guess(server)), ...disks, ...more }, overrides),
    guessed: [
      ...(found === undefined ? (['cpus', 'memoryBytes'] as const) : []),
      ...(here ? [] : (['diskFreeBytes', 'walFreeBytes'] as const)),
    ].filter((name) => overrides[name] === undefined),
  }
}

/** This machine, for looking at a profile without a server. `folder`: where the data would be. */
export async function probeThisMachine(folder: string, overrides: HardwareOverrides): Promise<Hardware> {
  const container = await inContainer(readLocal)
  const found = {
    ...(await localLimits()),
    ...(await localDisks(folder)),
    container,
    connections: null,
    major: null,
  }
  return withOverrides(found, overrides)
}

const readLocal: ReadText = (path) => readFile(path, 'utf8').catch(() => null)

/** Where pg_wal leads cannot be seen through SQL: one disk for both. */
async function remoteKinds(
  { dataDirectory }: ServerState,
  read: ReadText,
): Promise<Pick<Hardware, 'disk' | 'walDisk'>> {
  const disk = dataDirectory === '' ? 'unknown' : await diskKind(dataDirectory, read)
  return { disk, walDisk: disk }
}

async function localLimits(): Promise<LinuxLimits> {
  const fallback = { cpus: availableParallelism(), memoryBytes: totalmem() }
  if (process.platform !== 'linux') return fallback
  return (await linuxLimits(readLocal)) ?? fallback
}

/** pg_wal may be a link to another disk. */
async function localDisks(dataDirectory: string): Promise<Disks> {
  const data = await nearestReal(dataDirectory)
  const wal = await realpath(join(dataDirectory, 'pg_wal')).catch(() => data)
  const [disk, walDisk] = [await diskKind(data, readLocal), await diskKind(wal, readLocal)]
  return { diskFreeBytes: await freeBytes(data), walFreeBytes: await freeBytes(wal), disk, walDisk }
}

/** The folder without links, or the nearest one above it that is there. */
async function nearestReal(path: string): Promise<string> {
  const found = await realpath(path).catch(() => null)
  const above = join(path, '..')
  return found ?? (above === path ? path : nearestReal(above))
}

async function freeBytes(path: string): Promise<number> {
  const disk = await statfs(path).catch(() => null)
  return disk === null ? CONSERVATIVE.diskFreeBytes : disk.bavail * disk.bsize
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
