import { describe, expect, test } from 'vitest'
import { isOfPolicy, type PolicyOf, premadeUntil, spanOf } from '../../../src/migrate/policies.ts'
import { splitTop } from '../../../src/migrate/sample-rows.ts'

const POLICY: PolicyOf = { table: { schema: 'public', name: 'events' }, every: '1 month', from: '2025-01-01' }
const bound = (from: string, to: string) => `FOR VALUES FROM ('${from}') TO ('${to}')`

describe('a bound belongs to a policy', () => {
  test.each([
    ['2025-03-01 00:00:00+00', '2025-04-01 00:00:00+00'],
    ['2025-03-01 00:00:00', '2025-04-01 00:00:00'],
    ['2025-03-01', '2025-04-01'],
    ['2031-12-01 01:00:00+01', '2032-01-01 01:00:00+01'],
  ])('from %s to %s', (from, to) => {
    expect(isOfPolicy(POLICY, spanOf(bound(from, to)))).toBe(true)
  })

  test.each([
    bound('2025-03-01', '2025-03-15'),
    bound('2025-03-02', '2025-04-02'),
    bound('2024-12-01', '2025-01-01'),
    "FOR VALUES FROM (MINVALUE) TO ('2025-01-01')",
    "FOR VALUES IN ('a')",
    'DEFAULT',
  ])('but not %s', (text) => {
    expect(isOfPolicy(POLICY, spanOf(text))).toBe(false)
  })

  test('nor behind the end of the policy', () => {
    const span = spanOf(bound('2025-03-01', '2025-04-01'))
    expect(isOfPolicy({ ...POLICY, to: '2025-03-01' }, span)).toBe(false)
  })
})

test('partitions are there for the time that is now, and premake beyond', () => {
  const at = (policy: PolicyOf, now: string) =>
    new Date(premadeUntil(policy, Date.parse(now))).toISOString().slice(0, 10)
  expect(at({ ...POLICY, premake: 2 }, '2025-05-31')).toBe('2025-08-01')
  expect(at(POLICY, '2025-05-31')).toBe('2025-10-01')
  expect(at({ ...POLICY, to: '2025-03-01' }, '2025-05-31')).toBe('2025-03-01')
})

test('lists are cut at commas outside of quotes and brackets', () => {
  expect(splitTop(`'a,''b', lower((x), "c,d"), 7`)).toEqual([`'a,''b'`, `lower((x), "c,d")`, '7'])
  expect(splitTop('')).toEqual([])
})
