import { mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import energy from '../../../seeds/energy.ts'
import { type CsvOptions, type Profile, scaleProfile, writeCsv } from '../../../src/seed/index.ts'

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'gigarow-csv-'))
})
afterEach(() => rmSync(folder, { recursive: true }))

const small = scaleProfile(energy, { rows: 12_000 })
const write = (profile: Profile, options: Partial<CsvOptions> = {}) =>
  writeCsv(profile, {
    folder,
    fileRows: 5000,
    emit: () => {},
    signal: new AbortController().signal,
    ...options,
  })
const contents = () =>
  readdirSync(folder)
    .filter((name) => name.endsWith('.csv'))
    .sort()
    .map((name) => readFileSync(join(folder, name), 'utf8'))

test('rows are written into files of a size, each with a header', async () => {
  const files = await write(small)
  expect(files.map(({ rows }) => rows)).toEqual([5000, 5000, 2000])
  const lines = contents().flatMap((text) => text.split('\r\n').slice(1, -1))
  expect(contents()[0]).toMatch(
    /^timestamp,generator_id,power_output\r\n2025-01-01 00:00:00\+00,1,\d+(\.\d+)?\r\n/,
  )
  expect(lines).toHaveLength(12_000)
  expect(new Set(lines.map((line) => line.split(',').slice(0, 2).join())).size).toBe(12_000)
})

test('a run that was stopped goes on: complete files stay as they are, the others are written anew', async () => {
  await write(small)
  const whole = contents()
  rmSync(join(folder, 'generation_data_2.csv'))
  writeFileSync(join(folder, 'generation_data_2.csv.part'), 'half a li')
  const kept: boolean[] = []
  await write(small, { emit: (event) => kept.push(event.kept) })
  expect(kept).toEqual([true, false, true])
  expect(contents()).toEqual(whole)
  expect(readdirSync(folder).filter((name) => name.endsWith('.part'))).toEqual([])
})

test('a signal stops it, and no file that is not complete has its name', async () => {
  const controller = new AbortController()
  const emit = () => controller.abort()
  await expect(write(small, { emit, signal: controller.signal })).rejects.toMatchObject({
    code: 'INTERRUPTED',
  })
  expect(contents()).toHaveLength(1)
})

test('files of other rows are not overwritten, unless told so', async () => {
  await write(small)
  const other = { ...small, seed: 2 }
  await expect(write(other)).rejects.toMatchObject({ code: 'SEED_FOLDER_TAKEN' })
  const before = contents()
  await write(other, { truncate: true })
  expect(contents()).not.toEqual(before)
  writeFileSync(join(folder, 'mine.csv'), 'x')
  await write(small, { truncate: true })
  expect(readFileSync(join(folder, 'mine.csv'), 'utf8')).toBe('x')
})

test('commas, quotes, line ends, nulls and empty texts', async () => {
  const values = ['a,b', 'say "hi"', 'two\nlines', '', 'plain']
  const generator = { kind: 'nullable', of: { kind: 'choice', values }, fraction: 0.2 }
  const columns = [{ name: 'a "c"', type: 'text', generator }]
  const fill = { table: { schema: 'public', name: 't' }, rows: 300, columns }
  await write({ name: 'p', seed: 1, tables: [fill] })
  const [text] = contents()
  const cells = text!.split('\r\n').slice(0, -1)
  expect(cells[0]).toBe('"a ""c"""')
  expect(new Set(cells.slice(1))).toEqual(
    new Set(['"a,b"', '"say ""hi"""', '"two\nlines"', '""', 'plain', '']),
  )
})

test('files that do not fit on the disk are not begun; what --truncate deletes counts as space', async () => {
  const bytes = (await write(small)).reduce((sum, file) => sum + file.bytes, 0)
  const other = { ...small, seed: 2 }
  const before = contents()
  await expect(write(other, { truncate: true, free: -0.1 * bytes })).rejects.toMatchObject({
    code: 'SEED_NO_SPACE',
    facts: { folder, needed: expect.any(Number), free: 0.9 * bytes },
  })
  expect(contents()).toEqual(before)
  // All of them are there already.
  await write(small, { free: 0 })
  await write(other, { truncate: true, free: 0.1 * bytes })
  rmSync(join(folder, 'generation_data_3.csv'))
  await expect(write(other, { free: bytes / 7 })).rejects.toMatchObject({ code: 'SEED_NO_SPACE' })
  await write(other, { free: bytes / 5 })
})

test('a full disk and a folder that is none are said in one sentence, and nothing half is left', async () => {
  symlinkSync('/dev/full', join(folder, 'generation_data_2.csv.part'))
  await expect(write(small)).rejects.toMatchObject({
    code: 'DISK_FULL',
    message: expect.stringMatching(/generation_data_2\.csv could not be written/),
    hint: expect.stringContaining('complete files are kept'),
  })
  expect(readdirSync(folder).sort()).toEqual(['generation_data_1.csv', 'gigarow-csv.json'])
  for (const inside of ['generation_data_1.csv', 'generation_data_1.csv/deeper'])
    await expect(write(small, { folder: join(folder, inside) })).rejects.toMatchObject({
      code: 'FILE_UNUSABLE',
      facts: { path: expect.stringContaining('generation_data_1.csv') },
    })
})
