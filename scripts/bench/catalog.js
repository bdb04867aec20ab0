// How long readCatalog() takes, and how much memory: node scripts/bench/catalog.js [--tables 100,1000]
// Each reading is a process of its own, so that memory is that of one reading.
import { execFileSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { ensureReady } from '../bootstrap.js'

ensureReady()
const { openPool, parseTarget, targetUrl } = await import('../../dist/db/index.js')
const { readCatalog } = await import('../../dist/catalog/index.js')
const { makeDatabase, withServer } = await import('./partitioned.js')

const { values: flags } = parseArgs({
  options: { tables: { type: 'string', default: '100,1000' }, read: { type: 'string' } },
})
const ROUNDS = 3
const self = fileURLToPath(import.meta.url)

if (flags.read === undefined) await measureAll(flags.tables.split(',').map(Number))
else await readOnce(flags.read)

/** @param {number[]} sizes */
async function measureAll(sizes) {
  await withServer('catalog', async (server) => {
    for (const tables of sizes) {
      const target = await makeDatabase(server, `bench_${tables}`, tables)
      for (let round = 0; round < ROUNDS; round++) {
        const out = execFileSync(process.execPath, ['--expose-gc', self, '--read', targetUrl(target)])
        console.log(`${tables} tables: ${out.toString().trim()}`)
      }
    }
  })
}

/** @param {string} url */
async function readOnce(url) {
  const sql = openPool(parseTarget(url, 'flag'), { max: 1 })
  await sql`select 1`
  const before = memory()
  const started = performance.now()
  const catalog = await readCatalog({ sql })
  const seconds = (performance.now() - started) / 1000
  const peak = process.resourceUsage().maxRSS / 1024
  const held = memory() - before
  console.log(
    `${seconds.toFixed(2)} s, ${catalog.objects.size} objects, ${held.toFixed(0)} MB held, ${peak.toFixed(0)} MB at most in the process`,
  )
  await sql.end()
}

function memory() {
  globalThis.gc?.()
  return process.memoryUsage().heapUsed / 2 ** 20
}
