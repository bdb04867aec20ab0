import { bigint, jsonb, pgTable, point, text } from 'drizzle-orm/pg-core'
import { expect, test } from 'vitest'
import { declarationsSql, readDeclarations } from '../../../src/schema/index.ts'

test('defaults that drizzle-kit cannot write: big integers, quotes in JSON and arrays, text as JSON, points', async () => {
  const table = pgTable('t', {
    n: bigint({ mode: 'bigint' }).default(0n),
    settings: jsonb().default({ theme: "it's" }),
    said: jsonb().default('plain'),
    names: text().array().default(["it's", 'b']),
    place: point().default([1, -2.5]),
  })
  const [sql] = await declarationsSql(readDeclarations({ table }, { now: 0 }))
  for (const part of ['DEFAULT 0', `{"theme":"it''s"}`, `DEFAULT '"plain"'`, "it''s", "DEFAULT '(1,-2.5)'"])
    expect(sql).toContain(part)
})
