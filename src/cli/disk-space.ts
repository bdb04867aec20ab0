import { readdir, realpath, stat, statfs } from 'node:fs/promises'
import { join } from 'node:path'
import type { Database } from '../db/index.ts'
import type { FreeSpace } from '../seed/index.ts'
import type { CommandContext } from './command.ts'

/** Free space on the server's disks: as the user says; else as it is, where the server's files are on this machine; else not known. */
export async function freeSpace(
  context: CommandContext,
  db: Database,
  diskFree: string | undefined,
): Promise<FreeSpace | undefined> {
  if (diskFree !== undefined) {
    const { parseSize } = await import('./tuning/options.ts')
    return { data: parseSize('--disk-free', diskFree)!, presentWal: 0 }
  }
  const folder = await dataDirectory(context, db)
  return folder === undefined ? undefined : spaceOf(folder)
}

/** Undefined where it is not here, or may not be known. */
async function dataDirectory(context: CommandContext, db: Database): Promise<string | undefined> {
  if (db.target.origin === 'embedded') return (await context.cluster()).dataDirectory
  // Who may not ask does not know.
  const [row] = await db.sql
    .unsafe<{ folder: string | null; system: string }[]>(
      `select (select setting from pg_settings where name = 'data_directory') as folder,
              (select system_identifier::text from pg_control_system()) as system`,
    )
    .catch(() => [])
  if (!row?.folder) return undefined
  // A path alone proves nothing: another machine's server may have the same.
  const { systemIdentifierOf } = await import('../tuning/index.ts')
  return systemIdentifierOf(row.folder) === row.system ? row.folder : undefined
}

async function spaceOf(folder: string): Promise<FreeSpace | undefined> {
  const wal = await realpath(join(folder, 'pg_wal')).catch(() => folder)
  const disks = await Promise.all([statfs(folder), statfs(wal), stat(folder), stat(wal)]).catch(
    () => undefined,
  )
  if (disks === undefined) return undefined
  const [data, walDisk, { dev }, { dev: walDev }] = disks
  const presentWal = await sizeOf(wal)
  const own = { data: data.bavail * data.bsize, presentWal }
  return dev === walDev ? own : { ...own, wal: walDisk.bavail * walDisk.bsize }
}

/** Of the files of a folder; 0 where it may not be read. */
async function sizeOf(folder: string): Promise<number> {
  const names = await readdir(folder).catch(() => [])
  const sizes = await Promise.all(
    names.map((name) =>
      stat(join(folder, name)).then(
        ({ size }) => size,
        () => 0,
      ),
    ),
  )
  return sizes.reduce((sum, size) => sum + size, 0)
}
