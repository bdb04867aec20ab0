import { rename, writeFile } from 'node:fs/promises'
import type { AnySql } from '../db/index.ts'
import { type ImportRun, readRejects } from './ledger.ts'

/** Writes the file of --rejects from the ledger, where each refused row stands once, whatever was interrupted. Returns how many there are. */
export async function writeRejects(sql: AnySql, run: ImportRun): Promise<number> {
  const path = run.plan.rejects
  if (path === undefined) return 0
  const rejects = await readRejects(sql, run)
  const lines = rejects.map(({ file, line, column, reason }) =>
    [file, String(line), column ?? '', reason].map(cell).join(','),
  )
  await writeFile(`${path}.part`, `${['file,line,column,reason', ...lines].join('\n')}\n`)
  await rename(`${path}.part`, path)
  return rejects.length
}

function cell(text: string): string {
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text
}
