import { expect, test } from 'vitest'
import { parseTarget, targetUrl } from '../../../src/db/index.ts'

test.each([
  'postgresql://me:p%40ss%2Fw%25rd@db.example:6543/my%20db?sslmode=require',
  'postgresql://me@[::1]:5432/db',
  'postgresql://me@localhost:5433/db?host=%2Frun%2Fpostgresql',
])('a URL comes out as it went in: %s', (url) => {
  expect(targetUrl(parseTarget(url, 'flag'))).toBe(url)
})

test('a host in brackets is an address', () => {
  expect(parseTarget('postgresql://me@[::1]:5432/db', 'flag').host).toBe('::1')
})

test.each(['postgresql://me:100%@localhost/db', 'mysql://me@localhost/db', 'postgresql://localhost/db'])(
  'a URL that cannot be read is an error of usage that does not repeat it: %s',
  (url) => {
    try {
      parseTarget(url, 'DATABASE_URL')
      expect.unreachable()
    } catch (error) {
      expect(error).toMatchObject({ code: 'USAGE' })
      expect(JSON.stringify(error)).not.toContain(url)
    }
  },
)
