import { mergeConfig } from 'vitest/config'
import base from './vitest.config.ts'

/** What must hold on every major version: run by scripts/test-matrix.js, once a version. (The embedded server is always 18.) */
const INCLUDE = [
  'test/matrix/*.test.ts',
  'test/db/diff/pairs.test.ts',
  'test/db/catalog/**/*.test.ts',
  'test/db/lint/**/*.test.ts',
  'test/db/migrate/**/*.test.ts',
  'test/db/schema/**/*.test.ts',
  'test/db/seed/**/*.test.ts',
  'test/db/tuning/**/*.test.ts',
]

const merged = mergeConfig(base, {})
export default { ...merged, test: { ...merged.test, include: INCLUDE } }
