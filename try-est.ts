import { withDatabase, parseTarget } from './src/db/index.ts'
import { preflight } from './src/seed/preflight.ts'
import { planLoad, scaleProfile } from './src/seed/index.ts'
import { readFacts } from './src/seed/estimate/facts.ts'
import { sampleRows } from './src/seed/estimate/sample.ts'
import { estimateTable } from './src/seed/estimate/table-estimate.ts'
const [,, name, rows, url] = process.argv
const profile = scaleProfile((await import(`./seeds/${name}.ts`)).default, { rows: Number(rows) })
await withDatabase(parseTarget(url!, 'flag'), { doing: 'x', max: 2 }, async (db) => {
  const plan = planLoad(profile, { jobs: 2 })
  const tables = await preflight(db.sql, plan)
  for (const t of tables) {
    const facts = await readFacts(db.sql, t)
    const t0 = performance.now()
    const e = estimateTable({ plan: t.plan, facts, sample: sampleRows(t.plan, 1), builds: { version: db.version, maintenanceBytes: 256*2**20, parallel: true } })
    const actual = await db.sql.unsafe(`select c.relname, pg_total_relation_size(c.oid)::float8 as total, pg_table_size(c.oid)::float8 as heap from pg_class c where c.oid = any($1::text[]::int8[]::oid[])`, [t.live.leaves.map(l=>l.oid)])
    const ix = await db.sql.unsafe(`select ic.relname as name, i.indrelid::int8::text as leaf, pg_total_relation_size(ic.oid)::float8 as bytes from pg_index i join pg_class ic on ic.oid=i.indexrelid where indrelid = any($1::text[]::int8[]::oid[])`, [t.live.leaves.map(l=>l.oid)])
    const h = actual.reduce((s, r) => s + r.heap, 0), tot = actual.reduce((s, r) => s + r.total, 0)
    const et = e.heapBytes + e.indexes.reduce((s, i) => s + i.bytes, 0)
    console.log(e.table, 'total', (et/tot).toFixed(3), 'heap', (e.heapBytes/h).toFixed(3), `${(performance.now()-t0).toFixed(0)} ms`)
    for (const i of e.indexes) {
      const f = facts.indexes.find((x) => x.name === i.name)!
      const { name: _n, leaf: _l, ...shape } = f
      const same = facts.indexes.filter(({ name, leaf, ...s }) => JSON.stringify(s) === JSON.stringify(shape)).map(s => s.name)
      const a = ix.filter((x) => same.includes(x.name)).reduce((s, x) => s + x.bytes, 0)
      console.log('   ', i.name, i.method, (i.bytes/a).toFixed(3), a)
    }
  }
})
