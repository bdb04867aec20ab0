// How fast rows are made in JavaScript, without sending them: one thread, binary COPY, per second of CPU time (a shared
// machine would blur the clock). node scripts/bench/generators.js
import { setFlagsFromString } from 'node:v8'
import { ensureReady } from '../bootstrap.js'

ensureReady()
setFlagsFromString('--max-inlined-bytecode-size-cumulative=4000')
const { compileRows, gen, RowHash } = await import('../../dist/seed/index.js')
const { loadModule } = await import('../../dist/config/index.js')

const span = { from: '2025-01-01', days: 365 }
/** @type {[name: string, type: string, generator: import('../../src/seed/index.ts').GeneratorSpec][]} */
const columns = [
  ['sequence', 'bigint', gen.sequence()],
  ['int', 'integer', gen.int({ max: 999_999 })],
  ['decimal', 'numeric(10, 2)', gen.decimal({ max: 9999.99 })],
  ['boolean', 'boolean', gen.boolean()],
  ['hex(32)', 'text', gen.hex(32)],
  ['uuid', 'uuid', gen.uuid()],
  ['timestamp', 'timestamp', gen.timestamp(span)],
  ['timestampSeries', 'timestamp', gen.timestampSeries(span)],
  ['businessHours', 'timestamp', gen.businessHours(span)],
  [
    'choice of 6',
    'text',
    gen.choice({ page_view: 60, click: 22, search: 8, add_to_cart: 5, signup: 3, purchase: 2 }),
  ],
  ['pareto', 'bigint', gen.pareto({ max: 1_000_000 })],
  ['city', 'text', gen.city()],
  ['latitude', 'numeric(9, 6)', gen.city({ field: 'latitude' })],
  ['nullable int', 'integer', gen.nullable(gen.int({ max: 9 }), 0.5)],
  [
    'json of 3',
    'jsonb',
    gen.json({ a: gen.int({ max: 99 }), b: gen.boolean(), c: gen.choice({ x: 1, y: 2 }) }),
  ],
]

const SIZE = 1 << 20
const out = new DataView(new ArrayBuffer(SIZE))

/** @param {import('../../src/seed/index.ts').TableFill} fill @param {number} rows */
function measure(fill, rows) {
  const twin = compileRows(fill, { seed: 1, block: 0 })
  let bytes = 0
  const started = process.cpuUsage()
  const count = Math.floor(SIZE / twin.maxRowBytes)
  for (let i = 1; i <= rows; i += count) {
    bytes += twin.encode({ i, count: Math.min(count, rows - i + 1) }, out, 0)
  }
  const seconds = secondsSince(started)
  const hashed = Math.ceil(rows / 10)
  const sum = new RowHash()
  const from = process.cpuUsage()
  for (let i = 1; i <= hashed; i++) twin.hashInto(i, sum)
  const hashNs = (secondsSince(from) * 1e9) / hashed
  return {
    mRowsPerSecond: rows / seconds / 1e6,
    nsPerRow: (seconds * 1e9) / rows,
    bytesPerRow: bytes / rows,
    hashNs,
  }
}

/** @param {NodeJS.CpuUsage} from */
function secondsSince(from) {
  const { user, system } = process.cpuUsage(from)
  return (user + system) / 1e6
}

/** @param {string} name @param {import('../../src/seed/index.ts').TableFill} fill */
function report(name, fill) {
  measure(fill, 200_000)
  const { mRowsPerSecond, nsPerRow, bytesPerRow, hashNs } = measure(fill, 3_000_000)
  console.log(
    `${name.padEnd(20)} ${mRowsPerSecond.toFixed(1).padStart(7)} M rows/s ${nsPerRow.toFixed(0).padStart(5)} ns/row ${bytesPerRow.toFixed(0).padStart(5)} bytes/row ${hashNs.toFixed(0).padStart(5)} ns/row with checksum`,
  )
}

for (const profile of ['billion', 'events']) {
  const loaded = await loadModule(new URL(`../../seeds/${profile}.ts`, import.meta.url).pathname)
  const { tables } = /** @type {import('../../src/seed/index.ts').Profile} */ (loaded.default)
  for (const fill of tables) report(`${profile} row`, fill)
}
for (const [name, type, generator] of columns)
  report(name, {
    table: { schema: 'public', name: 'bench' },
    rows: 3_000_000,
    columns: [{ name: 'c', type, generator }],
  })
