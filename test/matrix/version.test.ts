import { expect, it } from 'vitest'
import { withDatabase } from '../../src/db/index.ts'
import { testDatabase, testMajor } from '../support/index.ts'

const database = testDatabase()

it('runs on the major version that was asked for', async () => {
  const version = await withDatabase(database, { doing: 'asking', max: 1 }, async (db) => db.version)
  expect(Math.floor(version / 10_000)).toBe(testMajor())
})
