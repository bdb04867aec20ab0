import { expect, test } from 'vitest'
import { type ImportFlags, refuseCombinations } from '../../../../src/cli/import/flags.ts'
import type { SeedFlags } from '../../../../src/cli/seed/flags.ts'

type Flags = ImportFlags & Pick<SeedFlags, 'unsafe' | 'restart' | 'memory' | 'diskFree'>
const check = (flags: Flags, files = ['a.csv']) => refuseCombinations({ into: 't', ...flags }, files)

test.each<[Flags, string]>([
  [{ unsafe: true }, '--unsafe does nothing without --tune'],
  [{ restart: false, memory: '1GB' }, '--no-restart and --memory do nothing without --tune'],
  [{ diskFree: '1GB' }, '--disk-free does nothing without --tune'],
])('what would have no effect without --tune is refused: %o', (flags, message) => {
  expect(() => check(flags)).toThrow(
    expect.objectContaining({ code: 'USAGE', message: expect.stringContaining(message) }),
  )
  check({ ...flags, tune: 'bulk' })
  // An import that died with a profile in force goes on with it.
  check({ ...flags, resume: true }, [])
})

test('what commander says of --no-restart where it is not given is no flag', () => {
  check({ restart: true })
})
