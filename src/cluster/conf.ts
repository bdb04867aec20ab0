import { readFileSync } from 'node:fs'
import { totalmem } from 'node:os'
import { literal } from '../kernel/index.ts'

const MB = 1024 * 1024
const GB = 1024 * MB

/** Only with the password, only from this machine: other users of it are kept out, and replication is not offered. */
export const PG_HBA = `# Written by gigarow.
# type  database  user  address        method
local   all       all                  scram-sha-256
host    all       all   127.0.0.1/32   scram-sha-256
`

export const POSTGRESQL_CONF = `# Made by gigarow. gigarow.conf is rewritten at every start; settings of yours go below it and win.
include 'gigarow.conf'
`

export interface ConfOptions {
  readonly port: number
  readonly socketDir: string
  readonly memoryBytes: number
  /** More lines, such as fsync off for a server that holds nothing but tests. */
  readonly extra?: Readonly<Record<string, string>> | undefined
}

/** The settings of a workbench server: room for loads, nothing that risks data. `gigarow tune` does the rest by ALTER SYSTEM. */
export function gigarowConf({ port, socketDir, memoryBytes, extra }: ConfOptions): string {
  const settings: Record<string, string> = {
    listen_addresses: '127.0.0.1',
    port: String(port),
    // In double quotes: the setting is a list separated by commas.
    unix_socket_directories: `"${socketDir.replaceAll('"', '""')}"`,
    unix_socket_permissions: '0700',
    password_encryption: 'scram-sha-256',
    max_connections: '100',
    shared_buffers: `${sharedBuffersMb(memoryBytes)}MB`,
    maintenance_work_mem: '256MB',
    max_wal_size: '4GB',
    log_line_prefix: '%m [%p] ',
    log_timezone: 'UTC',
    timezone: 'UTC',
    ...extra,
  }
  const lines = Object.entries(settings).map(([name, value]) => `${name} = ${literal(value).trim()}`)
  return `# Rewritten by gigarow at every start: put settings of yours into postgresql.conf.\n${lines.join('\n')}\n`
}

/** A quarter of the memory (PostgreSQL manual, 19.4.1), between 128 MB and 4 GB: it shares the machine with the work. */
export function sharedBuffersMb(memoryBytes: number): number {
  return Math.floor(Math.min(Math.max(memoryBytes / 4, 128 * MB), 4 * GB) / MB)
}

/** Bytes of memory that this process may use: the machine's, or the limit of its cgroup (v2). */
export function availableMemory(): number {
  const limit = Number(readText('/sys/fs/cgroup/memory.max'))
  return Number.isFinite(limit) && limit > 0 ? Math.min(limit, totalmem()) : totalmem()
}

function readText(path: string): string {
  try {
    return readFileSync(path, 'utf8').trim()
  } catch {
    return ''
  }
}
