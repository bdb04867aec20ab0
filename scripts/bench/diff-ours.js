// One measurement for diff.js, in a process of its own: both catalogs, and the plan from one to the other.
import { readCatalog } from '../../dist/catalog/index.js'
import { openPool, parseTarget } from '../../dist/db/index.js'
import { diff } from '../../dist/diff/index.js'

const pools = process.argv.slice(2, 4).map((url) => openPool(parseTarget(url, 'flag'), { max: 1 }))
const started = performance.now()
const [from, to] = await Promise.all(pools.map((sql) => readCatalog({ sql })))
const read = performance.now()
if (!from || !to) throw new Error('two URLs are needed')
const plan = diff(from, to)
const planned = performance.now()
const { userCPUTime, systemCPUTime, maxRSS } = process.resourceUsage()
console.log(
  JSON.stringify({
    read: (read - started) / 1000,
    plan: (planned - read) / 1000,
    cpu: (userCPUTime + systemCPUTime) / 1e6,
    peakRssBytes: maxRSS * 1024,
    statements: plan.statements.map(({ sql }) => sql),
  }),
)
await Promise.all(pools.map((sql) => sql.end()))
