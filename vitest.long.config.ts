import { defineConfig } from 'vitest/config'
import base, { LONG } from './vitest.config.ts'

// npm run test:long: what npm test leaves out to be done in five minutes.
export default defineConfig({ ...base, test: { ...base.test, include: LONG, exclude: [] } })
