import { fileURLToPath } from 'node:url'
import { defineConfig } from 'vitest/config'

const src = fileURLToPath(new URL('./src/', import.meta.url))

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
    globalSetup: ['test/support/global-setup.ts'],
    setupFiles: ['test/support/fast-check.ts'],
    // No measure of speed: a machine that does ten other things at once is to pass, too.
    testTimeout: 180_000,
    hookTimeout: 240_000,
    pool: 'forks',
    maxWorkers: 2,
  },
})
