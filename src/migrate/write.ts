import { mkdir, mkdtemp, rename, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { GigarowError } from '../kernel/index.ts'
import { MIGRATION_NAME } from './files.ts'

export interface NewMigration {
  /** <YYYYMMDDHHMMSS>_<name> */
  readonly name: string
  readonly sql: string
  /** undefined: no down.sql is written, and the migration cannot be taken back. */
  readonly downSql: string | undefined
}

/** Writes a migration's folder: all of it or, when something fails, nothing. Returns its path. */
export async function writeMigration(folder: string, migration: NewMigration): Promise<string> {
  await mkdir(folder, { recursive: true })
  // Hidden, in the same file system: readers pass it over, and the rename is one step.
  const draft = await mkdtemp(join(folder, '.draft-'))
  const target = join(folder, migration.name)
  try {
    await writeFile(join(draft, 'migration.sql'), migration.sql)
    if (migration.downSql !== undefined) await writeFile(join(draft, 'down.sql'), migration.downSql)
    await rename(draft, target)
  } catch (error) {
    await rm(draft, { recursive: true, force: true })
    throw error
  }
  return target
}

/** A folder name that sorts behind `newest`, whatever the clock says. `now` in ms since 1970. */
export function migrationName(label: string, { now, newest }: { now: number; newest?: string }): string {
  const plain = label.normalize('NFKD').replaceAll(/\p{M}/gu, '')
  const slug = plain
    .replaceAll(/[ßẞæÆœŒøØłŁđĐðÐþÞı]/g, (letter) => LETTERS[letter.toLowerCase()] ?? letter)
    .toLowerCase()
    // Any other letter is not left out in silence: the check below meets it.
    .replaceAll(/[^a-z0-9\p{L}\p{N}]+/gu, '_')
    .replaceAll(/^_+|_+$/g, '')
  const stamp = (ms: number) => new Date(ms).toISOString().replaceAll(/\D/g, '').slice(0, 14)
  const last = newest?.slice(0, 14) ?? ''
  const name = `${stamp(now) > last ? stamp(now) : stamp(stampToMs(last) + 1000)}_${slug}`
  if (!MIGRATION_NAME.test(name)) {
    throw new GigarowError('USAGE', `"${label}" cannot be the name of a migration.`, {
      facts: { name: label },
      hint: 'Use letters, digits and underscores: add_orders.',
    })
  }
  return name
}

/** Letters that Unicode takes for one, and that have a spelling without. */
const LETTERS: Readonly<Record<string, string>> = {
  ß: 'ss',
  æ: 'ae',
  œ: 'oe',
  ø: 'o',
  ł: 'l',
  đ: 'd',
  ð: 'd',
  þ: 'th',
  ı: 'i',
}

function stampToMs(stamp: string): number {
  const [, y, mo, d, h, mi, s] = /^(\d{4})(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)$/.exec(stamp)!.map(Number)
  return Date.UTC(y!, mo! - 1, d, h, mi, s)
}
