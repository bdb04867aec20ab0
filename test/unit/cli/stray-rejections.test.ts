import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { expect, test } from 'vitest'
import { isOfArrayTypes } from '../../../src/cli/stray-rejections.ts'

test('only the statement for array types that postgres.js sends by itself may fail unheard', () => {
  const folder = dirname(createRequire(import.meta.url).resolve('postgres'))
  const source = readFileSync(join(folder, 'connection.js'), 'utf8')
  const [, query] = /fetchArrayTypes\(\) \{[^`]*`([^`]*)`/.exec(source) ?? []
  expect(isOfArrayTypes(Object.assign(new Error('read ECONNRESET'), { query }))).toBe(true)
  for (const query of ['select 1', undefined]) {
    expect(isOfArrayTypes(Object.assign(new Error('read ECONNRESET'), { query }))).toBe(false)
  }
  expect(isOfArrayTypes(null)).toBe(false)
})
