// Databases with many partitioned tables, on a server that is made for the benchmark: catalog.js and diff.js.
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

const { openPool } = await import('../../dist/db/index.js')
const { openCluster } = await import('../../dist/cluster/index.js')

const BATCH = 20

/** @typedef {import('../../src/db/index.ts').Target} Target */

/**
 * A server for the time of `use`; nothing stays. No autovacuum: it would work beside one measurement and not the other.
 * @param {string} name @param {(server: Target) => Promise<void>} use
 */
export async function withServer(name, use) {
  const root = mkdtempSync(join(tmpdir(), `gigarow-bench-${name}-`))
  const settings = {
    fsync: 'off',
    synchronous_commit: 'off',
    full_page_writes: 'off',
    shared_buffers: '256MB',
    autovacuum: 'off',
  }
  const cluster = openCluster({ root, stateDir: join(root, '.gigarow'), sync: false, settings })
  try {
    await use(await cluster.start())
  } finally {
    await cluster.reset()
    rmSync(root, { recursive: true, force: true })
  }
}

/**
 * Each of `tables` tables has 5 columns, 10 monthly leaves, a primary key and an index: 22 indexes a table.
 * @param {Target} server @param {string} database @param {number} tables @returns {Promise<Target>}
 */
export async function makeDatabase(server, database, tables) {
  await run(server, `create database ${database} template template0`)
  const target = { ...server, database }
  const sql = openPool(target, { max: 1 })
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
  // As on a server that has been in use.
  await sql.unsafe('vacuum analyze')
  await sql.end()
  return target
}

/**
 * A copy with three changes: a column more, an index more, a default that is another.
 * @param {Target} server @param {Target} original @returns {Promise<Target>}
 */
export async function makeCopy(server, original) {
  const database = `${original.database}_copy`
  await run(server, `create database ${database} template ${original.database}`)
  const copy = { ...server, database }
  await run(
    copy,
    'alter table t7 add column note text',
    'create index t42_kind_idx on t42 (kind)',
    "alter table t99 alter column kind set default 'click'",
  )
  return copy
}

/** @param {Target} target @param {string[]} statements */
async function run(target, ...statements) {
  const sql = openPool(target, { max: 1 })
  for (const statement of statements) await sql.unsafe(statement)
  await sql.end()
}
