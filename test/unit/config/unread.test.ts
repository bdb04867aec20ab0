import { mkdirSync, writeFileSync } from 'node:fs'
import { dirname, join, relative } from 'node:path'
import { expect, test } from 'vitest'
import { unreadFiles } from '../../../src/config/index.ts'
import { temporaryDir } from '../../support/index.ts'

async function unreadIn(files: Readonly<Record<string, string>>): Promise<readonly string[]> {
  const folder = temporaryDir('schema-')
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true })
    writeFileSync(join(folder, path), text)
  }
  const found = await unreadFiles([folder])
  return found.flatMap((one) => one.files.map((file) => relative(folder, file)))
}

test('a file that the index of its folder does not lead to is named, and so is one below', async () => {
  expect(
    await unreadIn({
      'index.ts': `export * from './users.ts'`,
      'users.ts': '',
      'notes.ts': 'throw new Error("it is not run")',
      'more/pages.ts': '',
    }),
  ).toEqual(['more/pages.ts', 'notes.ts'])
})

test('what is reached over other files, however they are named there, is read', async () => {
  expect(
    await unreadIn({
      'index.ts': `export { users } from "./users"\nexport * from './more'\nimport('./late.js')\nrequire('./old')`,
      'users.ts': `import { role } from '@/db/schema/roles'`,
      'roles.ts': '',
      'more/index.ts': `export * from './pages'`,
      'more/pages.mts': '',
      'late.ts': '',
      'old.cjs': '',
      'users.test.ts': '',
      'types.d.ts': '',
      'node_modules/a/index.js': '',
    }),
  ).toEqual([])
})

test('without an index every file is read; a single file and a pattern stand for themselves', async () => {
  expect(await unreadIn({ 'users.ts': '', 'notes.ts': '' })).toEqual([])
  const folder = temporaryDir('schema-')
  writeFileSync(join(folder, 'index.ts'), '')
  writeFileSync(join(folder, 'notes.ts'), '')
  expect(await unreadFiles([join(folder, 'index.ts'), join(folder, '*.ts')])).toEqual([])
})
