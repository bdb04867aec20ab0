import { relative } from 'node:path'
import { copySql, type ImportPlan, type PlannedImport } from '../../ingest/index.ts'
import { displayName, formatBytes, formatCount } from '../../kernel/index.ts'
import type { CommandContext } from '../command.ts'
import { filterText } from './filter-text.ts'

/** What would be done, from the heads of the files and the table. */
export function dryRun(
  { out, cwd }: CommandContext,
  { plan, estimatedRows }: PlannedImport,
  jobs: number,
): number {
  const { files, filter, duplicates, key, chunkBytes } = plan
  const bytes = files.reduce((sum, file) => sum + file.bytes, 0)
  const statements = [...new Set(files.map((file) => copySql(plan, file)))]
  out.document({
    table: displayName(plan.table),
    files: files.map(({ path, bytes, gzip, columns }) => ({ path, bytes, gzip, columns })),
    bytes,
    estimatedRows: estimatedRows ?? null,
    jobs,
    chunkBytes,
    filter: filter === undefined ? null : { text: filter.text, where: filter.where },
    duplicates,
    key,
    statements,
  })
  const rows = estimatedRows === undefined ? '' : `, about ${formatCount(estimatedRows)} rows`
  out.print(
    `Would import ${formatBytes(bytes)}${rows} into ${displayName(plan.table)}, with ${jobs} ${jobs === 1 ? 'session' : 'sessions'}:`,
  )
  for (const { path, bytes, columns } of files)
    out.print(`  ${relative(cwd, path) || path}: ${formatBytes(bytes)}, ${columns.join(', ')}`)
  out.print(`In parts of ${formatBytes(chunkBytes)}; a .gz file is one part.`)
  if (filter !== undefined) out.print(filterText(filter))
  for (const line of duplicateLines(plan)) out.print(line)
  out.print('By:')
  for (const statement of statements) out.print(`  ${statement}`)
  return 0
}

function duplicateLines({ duplicates, key }: ImportPlan): readonly string[] {
  if (duplicates === 'error') return []
  const columns = key.join(', ')
  return [
    duplicates === 'skip'
      ? `Rows whose (${columns}) is there already are left out; of several in the files the first one of a part is taken.`
      : `Rows whose (${columns}) is there already take the new values; of several in the files the last one counts.`,
  ]
}
