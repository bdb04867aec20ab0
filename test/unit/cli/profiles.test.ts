import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { loadProfile } from '../../../src/cli/profiles.ts'
import { loadConfig } from '../../../src/config/index.ts'
import { withProject } from '../../support/index.ts'

const exporting = (name: string, seed: number) =>
  `export default { name: '${name}', seed: ${seed}, tables: [] }\n`

const profileOf = (files: Readonly<Record<string, string>>, profile: string) =>
  withProject(async (root) => {
    mkdirSync(join(root, 'seeds'), { recursive: true })
    for (const [file, text] of Object.entries(files)) writeFileSync(join(root, 'seeds', file), text)
    return loadProfile(await loadConfig(root), { profile })
  })

test('a profile in the file of its name is found, whatever is wrong with other files', async () => {
  const files = { 'big.mjs': exporting('big', 1), 'broken.mjs': 'export default {\n' }
  expect(await profileOf(files, 'big')).toMatchObject({ name: 'big', seed: 1 })
  await expect(profileOf(files, 'other')).rejects.toThrow(/broken\.mjs/)
})

test('and counts more than one of the same name elsewhere', async () => {
  const files = { 'big.mjs': exporting('big', 1), 'copy.mjs': exporting('big', 2) }
  expect(await profileOf(files, 'big')).toMatchObject({ seed: 1 })
})

test('one in a file of another name is found, but no two of them', async () => {
  expect(
    await profileOf({ 'a.mjs': exporting('big', 1), 'big.mjs': exporting('small', 2) }, 'big'),
  ).toMatchObject({
    seed: 1,
  })
  await expect(
    profileOf({ 'a.mjs': exporting('big', 1), 'b.mjs': exporting('big', 2) }, 'big'),
  ).rejects.toMatchObject({ code: 'SEED_INVALID', facts: { files: ['seeds/a.mjs', 'seeds/b.mjs'] } })
})
