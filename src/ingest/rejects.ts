import { open, rename, stat, writeFile } from 'node:fs/promises'
import type { AnySql } from '../db/index.ts'
import { GigarowError } from '../kernel/index.ts'
import { resumeCommand } from './errors.ts'
import { type ImportRun, readRejects } from './ledger.ts'
import type { ImportFile, ImportPlan } from './plan.ts'

const HEADER = 'file,line,column,reason\n'

/** Written first, and then put in the place of the other. */
const partOf = (path: string) => `${path}.part`

/** Refuses to overwrite what is no file of refused rows. Throws FILE_UNUSABLE. */
export async function checkRejects({ rejects, files }: Pick<ImportPlan, 'rejects' | 'files'>): Promise<void> {
  if (rejects === undefined) return
  for (const path of [rejects, partOf(rejects)]) {
    const kind = await kindOf(path)
    if (await isInput(path, files))
      throw unusable(path, `${path}, where refused rows are to be noted, is a file that is imported.`)
    if (kind === 'other')
      throw unusable(
        path,
        `${path}, where refused rows are to be noted, is there and is no file of refused rows.`,
      )
  }
}

/**
 * The path that a stopped import has in its plan: whoever can write to the database could have put it there, so it has to be a file of refused
 * rows already. Throws FILE_UNUSABLE.
 */
export async function checkStoppedRejects({ id, plan }: ImportRun): Promise<void> {
  const { rejects, maxRejects } = plan
  if (rejects === undefined) return
  if ((await kindOf(rejects)) !== 'rejects')
    throw unusable(
      rejects,
      `By the database, import ${id} notes refused rows in ${rejects}, which is no file of refused rows, or is not there.`,
      `Say where: ${resumeCommand(plan)} --rejects FILE --max-rejects ${maxRejects}`,
    )
  await checkRejects(plan)
}

function unusable(path: string, message: string, hint = 'Name another one with --rejects.'): GigarowError {
  return new GigarowError('FILE_UNUSABLE', message, { facts: { file: path }, hint })
}

/** By what it begins with; an empty file is as good as none. */
async function kindOf(path: string): Promise<'none' | 'rejects' | 'other'> {
  const found = await stat(path).catch(() => undefined)
  if (found === undefined || (found.isFile() && found.size === 0)) return 'none'
  if (!found.isFile()) return 'other'
  const file = await open(path).catch(() => undefined)
  if (file === undefined) return 'other'
  try {
    const head = Buffer.alloc(HEADER.length)
    await file.read(head, 0, HEADER.length, 0)
    return head.toString('latin1') === HEADER ? 'rejects' : 'other'
  } finally {
    await file.close()
  }
}

/** By whatever name. */
async function isInput(path: string, files: readonly ImportFile[]): Promise<boolean> {
  const identity = async (of: string) => {
    const found = await stat(of, { bigint: true }).catch(() => undefined)
    return found === undefined ? of : `${found.dev} ${found.ino}`
  }
  const mine = await identity(path)
  for (const file of files) if ((await identity(file.path)) === mine) return true
  return false
}

/** So that it is there, whatever becomes of the import, and that it can be written is known before. Throws FILE_UNUSABLE. */
export async function startRejects({ rejects }: Pick<ImportPlan, 'rejects'>): Promise<void> {
  if (rejects === undefined) return
  await replace(rejects, HEADER).catch((error: Error) => {
    throw unusable(rejects, `The file of --rejects cannot be written: ${error.message}.`)
  })
}

/** Writes the file of --rejects from the ledger, where each refused row stands once, whatever was interrupted. Returns how many there are. */
export async function writeRejects(sql: AnySql, run: ImportRun): Promise<number> {
  const path = run.plan.rejects
  if (path === undefined) return 0
  const rejects = await readRejects(sql, run)
  const lines = rejects.map(
    ({ file, line, column, reason }) => `${[file, String(line), column ?? '', reason].map(cell).join(',')}\n`,
  )
  await replace(path, `${HEADER}${lines.join('')}`)
  return rejects.length
}

async function replace(path: string, text: string): Promise<void> {
  await writeFile(partOf(path), text)
  await rename(partOf(path), path)
}

function cell(text: string): string {
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text
}
