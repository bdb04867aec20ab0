import { mergeConfig } from 'vitest/config'
import base from './vitest.config.ts'

/** What must hold on every major version: run by scripts/test-matrix.js, once a version. (The embedded server is always 18.) */
const INCLUDE = [
  'test/matrix/*.test.ts',
  'test/db/diff/{pairs,every-change,attach-*,function-bodies,online-types,owners,partition-moves}.test.ts',
  'test/db/catalog/**/*.test.ts',
  'test/db/ingest/**/*.test.ts',
  'test/db/lint/**/*.test.ts',
  'test/db/migrate/**/*.test.ts',
  'test/db/schema/**/*.test.ts',
  'test/db/seed/**/*.test.ts',
  'test/db/tuning/**/*.test.ts',
]

/** The server's own catalogs, its words for what we make, and what its hashes route. */
const SHORT = [
  'test/matrix/*.test.ts',
  'test/db/diff/{pairs,every-change}.test.ts',
  'test/db/catalog/**/*.test.ts',
  'test/db/lint/examples.test.ts',
  'test/db/seed/routing.test.ts',
  'test/db/tuning/privileges.test.ts',
]

/** What works on the embedded server whatever the version of the other, or has no SQL of its own. */
const EXCLUDE = [
  'test/db/migrate/{diff-cli,scratch}.test.ts',
  'test/db/schema/generate.test.ts',
  // Plans and decisions of ours: half a minute each.
  'test/db/seed/{append,estimate,forecast,hazards,leaves,profiles,rebuild-locks,roles,stopped,types,unlogged}.test.ts',
  'test/db/tuning/measure.test.ts',
]

const include = process.env.GIGAROW_TEST_LIST === 'short' ? SHORT : INCLUDE
const merged = mergeConfig(base, {})
export default { ...merged, test: { ...merged.test, include, exclude: EXCLUDE } }
