import { expect, it } from 'vitest'
import { diff } from '../../../src/diff/index.ts'
import { catalog, column, table } from './catalogs.ts'

it('sets NOT NULL through a validated check on servers before 18', () => {
  const t = table('t')
  const [before, after] = [column(t, 'a'), column(t, 'a', { notNull: true })].map((c) => ({
    ...catalog([t, c]),
    major: 17,
  }))
  const { statements } = diff(before!, after!)
  expect(statements.map(({ sql, runs, locks }) => [sql, runs, locks[0]?.mode])).toEqual([
    [
      'ALTER TABLE "public"."t" ADD CONSTRAINT "t_a_not_null" CHECK ("a" IS NOT NULL) NOT VALID',
      'transaction',
      'ACCESS EXCLUSIVE',
    ],
    ['ALTER TABLE "public"."t" VALIDATE CONSTRAINT "t_a_not_null"', 'alone', 'SHARE UPDATE EXCLUSIVE'],
    ['ALTER TABLE "public"."t" ALTER COLUMN "a" SET NOT NULL', 'transaction', 'ACCESS EXCLUSIVE'],
    ['ALTER TABLE "public"."t" DROP CONSTRAINT "t_a_not_null"', 'transaction', 'ACCESS EXCLUSIVE'],
  ])
})
