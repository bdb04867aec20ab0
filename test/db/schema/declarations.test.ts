import { readFileSync } from 'node:fs'
import { drizzle } from 'drizzle-orm/postgres-js'
import { eq } from 'drizzle-orm'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { openPool, type Sql } from '../../../src/db/index.ts'
import { declarationsSql, planMigration, readDeclarations } from '../../../src/schema/index.ts'
import * as everything from '../../support/everything.ts'
import { testDatabase } from '../../support/index.ts'

const target = testDatabase()
let sql: Sql
beforeAll(() => {
  sql = openPool(target, { max: 1, applicationName: 'declarations' })
})
afterAll(() => sql.end())

const read = () => readDeclarations(everything, { now: Date.UTC(2025, 0, 1) })

test('x', async () => {
  for (const s of await declarationsSql(read())) {
    console.log(s)
    await sql.unsafe(s)
  }
  const down = (await planMigration(read(), undefined)).down
  for (const s of down ?? []) { console.log(s.sql); await sql.unsafe(s.sql) }
})
