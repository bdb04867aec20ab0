import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { migrationName, readMigrations, writeMigration } from '../../../src/migrate/index.ts'

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'gigarow-files-'))
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

describe('reading the folder', () => {
  test('passes over what is not a migration, and a folder that is not there holds none', async () => {
    writeFileSync(join(folder, 'README.md'), '')
    writeFileSync(join(folder, '.DS_Store'), '')
    mkdirSync(join(folder, '.draft-x'))
    mkdirSync(join(folder, 'notes'))
    expect(await readMigrations(folder)).toEqual([])
    expect(await readMigrations(join(folder, 'nowhere'))).toEqual([])
  })

  test('names a folder without migration.sql, and one whose name is wrong', async () => {
    mkdirSync(join(folder, '20250101000000_a'))
    await expect(readMigrations(folder)).rejects.toThrow('20250101000000_a/migration.sql is not there')
    rmSync(join(folder, '20250101000000_a'), { recursive: true })
    mkdirSync(join(folder, '2025_a'))
    writeFileSync(join(folder, '2025_a', 'migration.sql'), '')
    await expect(readMigrations(folder)).rejects.toMatchObject({ code: 'MIGRATION_INVALID' })
  })

  test('line ends and a byte order mark do not change the checksum, a character does', async () => {
    const checksum = async (sql: string) => {
      mkdirSync(join(folder, '20250101000000_a'), { recursive: true })
      writeFileSync(join(folder, '20250101000000_a', 'migration.sql'), sql)
      return (await readMigrations(folder))[0]!.checksum
    }
    const unix = await checksum('select 1;\nselect 2;\n')
    expect(await checksum('\uFEFFselect 1;\r\nselect 2;\r\n')).toBe(unix)
    expect(await checksum('select 1;\nselect 3;\n')).not.toBe(unix)
  })
})

describe('writing a migration', () => {
  const migration = { name: '20250101000000_a', sql: 'select 1;\n', downSql: undefined }

  test('all files are there, and nothing else; a snapshot.json of before is passed over', async () => {
    await writeMigration(folder, migration)
    expect(readdirSync(folder)).toEqual(['20250101000000_a'])
    const files = await readMigrations(folder)
    expect(files[0]).toMatchObject({ sql: 'select 1;\n', downSql: undefined })
    writeFileSync(join(folder, '20250101000000_a', 'snapshot.json'), 'not JSON')
    expect(await readMigrations(folder)).toEqual(files)
  })

  test('a name that is taken leaves the old one and no draft', async () => {
    await writeMigration(folder, migration)
    await expect(writeMigration(folder, { ...migration, sql: 'select 2;' })).rejects.toThrow()
    expect(readdirSync(folder)).toEqual(['20250101000000_a'])
    expect((await readMigrations(folder))[0]!.sql).toBe('select 1;\n')
  })

  test('a name sorts behind the newest, even when the clock is behind it', () => {
    const now = Date.UTC(2025, 0, 2, 3, 4, 5)
    expect(migrationName('Add orders!', { now })).toBe('20250102030405_add_orders')
    expect(migrationName('b', { now, newest: '20251231235959_a' })).toBe('20260101000000_b')
    expect(migrationName('Überblick für Ærø', { now })).toBe('20250102030405_uberblick_fur_aero')
    expect(() => migrationName('add таблица', { now })).toThrow('cannot be the name')
    expect(() => migrationName('!!', { now })).toThrow('cannot be the name')
  })
})
