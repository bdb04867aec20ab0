// How long readCatalog() takes, and how much memory: node scripts/bench/catalog.js [--tables 100,1000]
// For each number a database is made on an embedded server of its own with so many partitioned tables of 10 leaves, 5 columns, a
// primary key and an index each. Each reading is a process of its own, so that memory is that of one reading.
import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { ensureReady } from '../bootstrap.js'

ensureReady()
const { openPool, parseTarget, targetUrl } = await import('../../dist/db/index.js')
const { openCluster } = await import('../../dist/cluster/index.js')
const { readCatalog } = await import('../../dist/catalog/index.js')

const { values: flags } = parseArgs({
  options: { tables: { type: 'string', default: '100,1000' }, read: { type: 'string' } },
})
const ROUNDS = 3
const BATCH = 20
const self = fileURLToPath(import.meta.url)

if (flags.read === undefined) await measureAll(flags.tables.split(',').map(Number))
else await readOnce(flags.read)

/** @param {number[]} sizes */
async function measureAll(sizes) {
  const root = mkdtempSync(join(tmpdir(), 'gigarow-bench-catalog-'))
  const settings = {
    fsync: 'off',
    synchronous_commit: 'off',
    full_page_writes: 'off',
    shared_buffers: '256MB',
  }
  const cluster = openCluster({ root, stateDir: join(root, '.gigarow'), sync: false, settings })
  try {
    const server = await cluster.start()
    for (const tables of sizes) {
      const target = { ...server, database: `bench_${tables}` }
      await build(server, target.database, tables)
      for (let round = 0; round < ROUNDS; round++) {
        const out = execFileSync(process.execPath, ['--expose-gc', self, '--read', targetUrl(target)])
        console.log(`${tables} tables: ${out.toString().trim()}`)
      }
    }
  } finally {
    await cluster.reset()
    rmSync(root, { recursive: true, force: true })
  }
}

/** @param {import('../../src/db/index.ts').Target} server @param {string} database @param {number} tables */
async function build(server, database, tables) {
  const admin = openPool(server, { max: 1 })
  await admin.unsafe(`create database ${database} template template0`)
  await admin.end()
  const sql = openPool({ ...server, database }, { max: 1 })
  // Few tables a transaction: each relation is a lock until its end.
  for (let first = 1; first <= tables; first += BATCH) {
    await sql.unsafe(`do $$ begin
      for t in ${first} .. ${Math.min(first + BATCH - 1, tables)} loop
        execute format('create table t%s (id bigint generated always as identity, user_id bigint not null, kind text not null default %L,
          at timestamptz not null default now(), payload jsonb, primary key (id, at)) partition by range (at)', t, 'view');
        execute format('create index on t%s (user_id, at)', t);
        for m in 0 .. 9 loop
          execute format('create table t%s_p%s partition of t%s for values from (%L) to (%L)', t, m, t,
            date '2025-01-01' + m * interval '1 month', date '2025-02-01' + m * interval '1 month');
        end loop;
      end loop;
    end $$`)
  }
  await sql.end()
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
