// Tuning in a hundred random trials on PostgreSQL 14 to 18 (test/fault/tuning/trials).
//   npm run test:trials               all
//   npm run test:trials -- 17,42      these, by the seeds that a failure names
import { spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { installMatrix } from './matrix-programs.js'

const root = fileURLToPath(new URL('..', import.meta.url))
const [seeds] = process.argv.slice(2)
installMatrix()
const config = ['--config', 'vitest.fault.config.ts', '--reporter', 'verbose']
const { status } = spawnSync(
  process.execPath,
  [join(root, 'node_modules/vitest/vitest.mjs'), 'run', ...config, 'test/fault/tuning/trials'],
  {
    cwd: root,
    stdio: 'inherit',
    // A comma tells seeds from their number.
    env: { ...process.env, GIGAROW_TRIALS: seeds === undefined ? '100' : `${seeds},` },
  },
)
process.exitCode = status ?? 1
