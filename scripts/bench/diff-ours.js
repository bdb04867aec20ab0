// One measurement for diff.js, in a process of its own: both catalogs, and the plan from one to the other.
import { readCatalog, SharedObjects } from '../../dist/catalog/index.js'
import { parseTarget, withDatabase } from '../../dist/db/index.js'
import { diff } from '../../dist/diff/index.js'

const targets = process.argv.slice(2, 4).map((url) => parseTarget(url, 'flag'))
const before = process.resourceUsage().maxRSS
const started = performance.now()
const shared = new SharedObjects()
// As the command opens them.
const reading = { doing: 'reading the schema', fetchTypes: false }
const [from, to] = await Promise.all(
  targets.map((target) => withDatabase(target, reading, (db) => readCatalog(db, { shared }))),
)
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
    baseRssBytes: before * 1024,
    statements: plan.statements.map(({ sql }) => sql),
  }),
)
