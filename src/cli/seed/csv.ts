import { formatBytes, formatCount, GigarowError } from '../../kernel/index.ts'
import type { Profile } from '../../seed/index.ts'
import type { CommandContext } from '../command.ts'

/** gigarow seed --to csv FOLDER: files instead of tables, no server. */
export async function seedToCsv(
  { out, signal, cwd }: CommandContext,
  {
    profile,
    folder,
    truncate,
    diskFree,
  }: {
    profile: Profile
    folder: string | undefined
    truncate: boolean
    diskFree: string | undefined
  },
): Promise<number> {
  if (folder === undefined)
    throw new GigarowError('USAGE', '--to csv needs a folder for the files.', {
      hint: `For example: gigarow seed --profile ${profile.name} --to csv ./data.`,
    })
  const [{ resolve }, { writeCsv }, { parseSize }] = await Promise.all([
    import('node:path'),
    import('../../seed/index.ts'),
    import('../tuning/options.ts'),
  ])
  const files = await writeCsv(profile, {
    folder: resolve(cwd, folder),
    truncate,
    free: parseSize('--disk-free', diskFree),
    emit: ({ file, rows, kept }) =>
      out.print(`${file}: ${formatCount(rows)} rows${kept ? ', was there already' : ''}`),
    signal,
  })
  out.document({ profile: profile.name, seed: profile.seed, files })
  const bytes = files.reduce((sum, file) => sum + file.bytes, 0)
  out.print(`${formatCount(files.length)} ${files.length === 1 ? 'file' : 'files'}, ${formatBytes(bytes)}`)
  return 0
}
