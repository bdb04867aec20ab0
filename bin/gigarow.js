#!/usr/bin/env node
import { existsSync } from 'node:fs'

// In a checkout the program is compiled from src/ first, when that is newer; an installed package has no src/.
const bootstrap = new URL('../scripts/bootstrap.js', import.meta.url)
if (existsSync(bootstrap)) (await import(bootstrap.href)).ensureReady()

// `gigarow … | head` stops listening early: what is under way goes on to its end, unheard.
for (const stream of [process.stdout, process.stderr])
  stream.on('error', (error) => {
    if (/** @type {NodeJS.ErrnoException} */ (error).code !== 'EPIPE') throw error
  })

const { main } = await import('../dist/cli/main.js')
process.exitCode = await main({
  argv: process.argv.slice(2),
  env: process.env,
  cwd: process.cwd(),
  streams: { stdout: process.stdout, stderr: process.stderr },
})
