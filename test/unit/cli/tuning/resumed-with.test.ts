import { expect, test } from 'vitest'
import { resumedWith } from '../../../../src/cli/tuning/during.ts'
import { GigarowError, isGigarowError } from '../../../../src/kernel/index.ts'

const flags = '--tune bulk --unsafe'

test.each([
  ['seed', 'Go on with: gigarow seed --resume', `Go on with: gigarow seed --resume ${flags}`],
  [
    'import',
    'Go on with: gigarow import --resume --into shop.sales',
    `Go on with: gigarow import --resume ${flags} --into shop.sales`,
  ],
  [
    'import',
    'To go on: gigarow import --resume --into a --rejects r.csv --max-rejects 100. Or begin again.',
    `To go on: gigarow import --resume ${flags} --into a --rejects r.csv --max-rejects 100. Or begin again.`,
  ],
  // What another command is resumed by has no profile.
  ['import', 'Finish it first: gigarow seed --resume.', 'Finish it first: gigarow seed --resume.'],
] as const)('%s goes on with its profile: %s', (doing, hint, said) => {
  const error = new GigarowError('DB_CONNECTION_LOST', 'Lost.', { hint })
  const told = resumedWith(error, { doing, flags })
  expect(isGigarowError(told) && told.hint).toBe(said)
})
