import { defineConfig } from 'vitest/config'

// npm run test:package: the packed tarball in an empty project, as a user installs it. Needs npm's registry or its cache.
export default defineConfig({
  test: { include: ['test/e2e/**/*.test.ts'], testTimeout: 120_000, hookTimeout: 240_000, maxWorkers: 1 },
})
