// A hundred random trials of tuning on PostgreSQL 14 to 18 (test/fault/tuning/trials), thirty of loads (test/fault/seed-trials), and every kill of
// loads (test/fault/seed-kill, seed-modes).
//   npm run test:trials               all of both
//   npm run test:trials -- 17,42      these, by the seeds that a failure names
import { spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { installMatrix } from './matrix-programs.js'

const root = fileURLToPath(new URL('..', import.meta.url))
const [seeds] = process.argv.slice(2)
installMatrix()
const config = ['--config', 'vitest.fault.config.ts', '--reporter', 'verbose']
const files = [
  'test/fault/tuning/trials',
  'test/fault/seed-trials',
  'test/fault/seed-modes',
  'test/fault/seed-kill',
]
const { status } = spawnSync(
  process.execPath,
  [join(root, 'node_modules/vitest/vitest.mjs'), 'run', ...config, ...files],
  {
    cwd: root,
    stdio: 'inherit',
    // A comma tells seeds from their number.
    env: { ...process.env, GIGAROW_TRIALS: seeds === undefined ? '100' : `${seeds},` },
  },
)
process.exitCode = status ?? 1
