import { fileURLToPath } from 'node:url'
import { defineConfig } from 'vitest/config'
import { BaseSequencer, type TestSpecification } from 'vitest/node'

const src = fileURLToPath(new URL('./src/', import.meta.url))

/** The longest first: one of them that begins last keeps one core waiting for minutes. */
const LONGEST = [
  'test/cases/cases.test.ts',
  'test/db/diff/pairs.test.ts',
  'test/db/init/init.test.ts',
  'test/db/seed/profiles.test.ts',
  'test/db/seed/load.test.ts',
  'test/fault/seed-kill.test.ts',
  'test/fault/online.test.ts',
]

/** Minutes of a real server's time: `npm run test:long` (vitest.long.config.ts). */
export const LONG = [
  'test/db/cluster/{as-root,cli,lifecycle}.test.ts',
  'test/db/diff/{every-change,pairs}.test.ts',
  'test/db/ingest/import{,-refused,-stopped,-swallowed}.test.ts',
  'test/db/init/**/*.test.ts',
  'test/db/migrate/{apply,diff-cli,prove}.test.ts',
  'test/db/schema/{generate,video-store}.test.ts',
  'test/db/seed/{append,append-live,conformance,estimate,forecast,hazards,leaves,profiles,rebuild-locks,roles,sample,stopped,structure,types,unlogged}.test.ts',
  'test/db/tuning/{during,measure,privileges,refusals,restart}.test.ts',
]

class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const rank = ({ moduleId }: TestSpecification) => {
      const at = LONGEST.findIndex((path) => moduleId.endsWith(path))
      return at === -1 ? LONGEST.length : at
    }
    return (await super.sort(files)).sort((a, b) => rank(a) - rank(b))
  }
}

export default defineConfig({
  resolve: {
    // The top-level folders import the package by its public names: here they mean src/.
    alias: [
      { find: /^gigarow$/, replacement: `${src}index.ts` },
      { find: /^gigarow\/(schema|seed|tuning|migrate)$/, replacement: `${src}$1/public.ts` },
    ],
  },
  test: {
    include: ['test/unit/**/*.test.ts', 'test/db/**/*.test.ts', 'test/cases/**/*.test.ts'],
    exclude: LONG,
    globalSetup: ['test/support/global-setup.ts'],
    setupFiles: ['test/support/fast-check.ts'],
    // No measure of speed: a machine that does ten other things at once is to pass, too.
    testTimeout: 180_000,
    hookTimeout: 240_000,
    pool: 'forks',
    maxWorkers: 2,
    sequence: { sequencer: LongestFirst },
  },
})
