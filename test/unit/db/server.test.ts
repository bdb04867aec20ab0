import { expect, test } from 'vitest'
import { assertSupported } from '../../../src/db/index.ts'

test.each([
  [100023, '10.23'],
  [130016, '13.16 (Debian 13.16-0+deb11u1)'],
])('a server of version %i is too old; the message names it', (version, name) => {
  expect(() => assertSupported({ version, name, standby: false })).toThrow(
    expect.objectContaining({
      code: 'DB_UNSUPPORTED',
      message: `The server is PostgreSQL ${name}; gigarow needs 14 or newer.`,
    }),
  )
})

test.each([140000, 180004, 190000])('a server of version %i is taken', (version) => {
  expect(() => assertSupported({ version, name: 'any', standby: false })).not.toThrow()
})
