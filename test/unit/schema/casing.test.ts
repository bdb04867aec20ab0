import { sql } from 'drizzle-orm'
import { foreignKey, integer, pgTable, primaryKey, text, unique } from 'drizzle-orm/pg-core'
import { expect, test } from 'vitest'
import {
  checkDeclarations,
  comment,
  declarationsSql,
  describeTable,
  includeIndex,
  partitionBy,
  rangePartitions,
} from '../../../src/schema/index.ts'

const NOW = Date.UTC(2025, 0, 1)

test('casing names the columns of keys, in what Drizzle declares and in what we add', async () => {
  const users = pgTable('users', {
    userId: integer().primaryKey(),
    firstName: text().unique(),
    Old: text('keptName'),
  })
  const visits = pgTable(
    'visits',
    { visitYear: integer().notNull(), visitedBy: integer().notNull(), howLong: integer() },
    (t) => [
      partitionBy.range(t.visitYear),
      primaryKey({ columns: [t.visitYear, t.visitedBy] }),
      foreignKey({ columns: [t.visitedBy], foreignColumns: [users.userId] }),
      unique().on(t.visitYear, t.howLong),
      includeIndex('visits_long').on(t.howLong).include(t.visitedBy).where(sql`${t.howLong} > 1`),
      comment(t.howLong, 'seconds'),
    ],
  )
  const parts = rangePartitions(visits, { by: 'visitYear', partitions: { rest: 'default' } })
  const exported = { users, visits, parts }
  const read = async () =>
    (await declarationsSql(await checkDeclarations(exported, { now: NOW, casing: 'snake_case' }))).join('\n')
  const text1 = await read()
  for (const name of ['user_id', 'first_name', 'keptName', 'visit_year', 'visited_by', 'how_long'])
    expect(text1).toContain(name)
  expect(text1).not.toMatch(/\b(visitYear|visitedBy|howLong|userId)\b/)
  // The names that drizzle-kit gives to unique constraints are made of the keys.
  expect(text1).toContain('users_firstName_unique')
  expect(text1).toContain('visits_visit_year_visited_by_pk')
  expect(await read()).toBe(text1)
  expect(describeTable(visits).columns.map(({ name }) => name)).toEqual([
    'visit_year',
    'visited_by',
    'how_long',
  ])
})
