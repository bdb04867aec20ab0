import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach } from 'vitest'
import { openPool, type Sql, type Target, targetUrl } from '../../../src/db/index.ts'
import type { GigarowError } from '../../../src/kernel/index.ts'
import { migrateDown, migrateStatus, migrateUp, type RunOptions } from '../../../src/migrate/index.ts'

/** up, and down where there is one. */
export type Scripts = Readonly<Record<string, { readonly up: string; readonly down?: string }>>

/** A migrations folder and a clean database to try it on. */
export function migrationsOn(target: Target) {
  const folders: string[] = []
  const pools: Sql[] = []
  const observer = () => {
    const sql = openPool(target, { max: 1, applicationName: 'observer' })
    pools.push(sql)
    return sql
  }
  afterEach(async () => {
    // First: a test that failed may have left a transaction open, whose locks the next line would wait for.
    await Promise.all(pools.splice(0).map((pool) => pool.end({ timeout: 0 })))
    const sql = openPool(target, { max: 1, applicationName: 'cleaner' })
    await sql.unsafe(
      `drop schema if exists gigarow cascade; drop schema public cascade; create schema public;`,
    )
    await sql.end({ timeout: 5 })
    for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true })
  })
  return {
    observer,
    /** A file of its own; its path. */
    file(name: string, text: string): string {
      const root = mkdtempSync(join(tmpdir(), 'gigarow-file-'))
      folders.push(root)
      writeFileSync(join(root, name), text)
      return join(root, name)
    },
    project(scripts: Scripts) {
      const root = mkdtempSync(join(tmpdir(), 'gigarow-migrations-'))
      const folder = join(root, 'migrations')
      folders.push(root)
      write(folder, scripts)
      const options = { db: targetUrl(target), folder }
      return {
        folder,
        write: (more: Scripts) => write(folder, more),
        remove: (name: string) => rmSync(join(folder, name), { recursive: true }),
        up: (more: Partial<RunOptions> & { allowOutOfOrder?: boolean } = {}) =>
          migrateUp({ ...options, ...more }),
        down: (more: Partial<RunOptions> & { allowDataLoss?: boolean; quarantine?: boolean } = {}) =>
          migrateDown({ ...options, ...more }),
        status: async () =>
          (await migrateStatus(options)).migrations.map((m) => `${m.name.slice(15)} ${m.state}`),
      }
    },
  }
}

function write(folder: string, scripts: Scripts): void {
  for (const [name, { up, down }] of Object.entries(scripts)) {
    mkdirSync(join(folder, name), { recursive: true })
    writeFileSync(join(folder, name, 'migration.sql'), up)
    if (down !== undefined) writeFileSync(join(folder, name, 'down.sql'), down)
  }
}

export async function errorOf(promise: Promise<unknown>): Promise<GigarowError> {
  return promise.then(
    () => {
      throw new Error('expected an error')
    },
    (error: GigarowError) => error,
  )
}
