import { defineConfig } from 'vitest/config'
import base from './vitest.config.ts'

// npm run test:fault: kill -9 of us and of the server, full disks. Each file has a server of its own, two files at a time.
export default defineConfig({
  ...base,
  test: { ...base.test, include: ['test/fault/**/*.test.ts'], exclude: [], testTimeout: 600_000 },
})
