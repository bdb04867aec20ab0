// Runs the tests of vitest.matrix.config.ts on PostgreSQL 14 to 18, one embedded server a version.
//   npm run test:matrix                    all
//   npm run test:matrix -- 14 17           some
//   npm run test:matrix -- 14 -t 'same'    what follows the versions goes to vitest
// Of three and more versions only the first runs the whole list, the others what reads the catalogs and uses the functions of the server:
// what differs shows first on the oldest, and npm test and npm run test:long are on 18.
// The programs of 14 to 17 (60 MB each) are installed by test/matrix/package.json, the first time.
import { spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { installMatrix } from './matrix-programs.js'

const root = fileURLToPath(new URL('..', import.meta.url))
const args = process.argv.slice(2)
if (args.includes('--help')) {
  console.log('npm run test:matrix [-- 14 17 [what goes to vitest]]: docs/testing.md')
  process.exit(0)
}
const first = args.findIndex((arg) => !/^1[4-8]$/.test(arg))
const named = first === -1 ? args : args.slice(0, first)
const rest = first === -1 ? [] : args.slice(first)
const majors = named.length > 0 ? named : ['14', '15', '16', '17', '18']

if (majors.some((major) => major !== '18')) installMatrix()

const short = new Set(majors.length > 2 ? majors.slice(1) : [])
const failed = majors.filter((major) => {
  const list = short.has(major) ? 'short' : 'whole'
  const { status } = spawnSync(
    process.execPath,
    [join(root, 'node_modules/vitest/vitest.mjs'), 'run', '--config', 'vitest.matrix.config.ts', ...rest],
    {
      cwd: root,
      stdio: 'inherit',
      env: { ...process.env, GIGAROW_TEST_MAJOR: major, GIGAROW_TEST_LIST: list },
    },
  )
  return status !== 0
})
console.error(
  failed.length === 0
    ? `All tests pass on PostgreSQL ${majors.join(', ')}.`
    : `Tests fail on PostgreSQL ${failed.join(', ')}.`,
)
process.exitCode = failed.length === 0 ? 0 : 1
