// Runs the statements of a plan in a process of its own, which can be killed: before each it says so and waits for a line.
import { createInterface } from 'node:readline'
import postgres from 'postgres'

const lines = createInterface({ input: process.stdin })[Symbol.asyncIterator]()
const next = async () => (await lines.next()).value
const { connection, statements } = JSON.parse(await next())
const sql = postgres({ ...connection, max: 1, onnotice: () => {} })
// A server whose client is gone would finish the statement first.
await sql.unsafe('set client_connection_check_interval = 20')

let open = false
for (const [i, { sql: text, runs }] of statements.entries()) {
  if (runs === 'alone' && open) {
    await sql.unsafe('commit')
    open = false
  }
  process.stdout.write(`${i}\n`)
  if ((await next()) === undefined) process.exit(1)
  if (runs === 'transaction' && !open) {
    await sql.unsafe('begin')
    open = true
  }
  await sql.unsafe(text)
}
if (open) await sql.unsafe('commit')
process.stdout.write('done\n')
await sql.end()
process.exit(0)
