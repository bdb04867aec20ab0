// One measurement for ../diff.js, in a process of its own: extract() and plan() as its README says, both databases at
// once as its `pgdelta plan` does. It does not import anything of gigarow.
import { extract } from '@supabase/pg-delta/extract'
import { plan } from '@supabase/pg-delta/plan'
import pg from 'pg'

const pools = process.argv.slice(2, 4).map((connectionString) => new pg.Pool({ connectionString }))
const before = process.resourceUsage().maxRSS
const started = performance.now()
const [source, desired] = await Promise.all(pools.map((pool) => extract(pool)))
const read = performance.now()
if (!source || !desired) throw new Error('two URLs are needed')
const { actions } = plan(source.factBase, desired.factBase)
const planned = performance.now()
const { userCPUTime, systemCPUTime, maxRSS } = process.resourceUsage()
console.log(
  JSON.stringify({
    read: (read - started) / 1000,
    plan: (planned - read) / 1000,
    cpu: (userCPUTime + systemCPUTime) / 1e6,
    peakRssBytes: maxRSS * 1024,
    baseRssBytes: before * 1024,
    statements: actions.map(({ sql }) => sql),
  }),
)
await Promise.all(pools.map((pool) => pool.end()))
