import { beforeAll, expect, test } from 'vitest'
import { structureOf, tableDigest } from '../support/load.ts'
import { ownServer } from '../support/own-server.ts'
import { seededRandom } from '../support/random.ts'
import { until } from '../support/until.ts'

// Kills of gigarow and of the server at random moments of all phases of a load of every profile's tables, with one outcome.
// GIGAROW_TRIALS: how many; `7,12` are these. npm run test:trials runs all of them.
const WANTED = process.env.GIGAROW_TRIALS ?? '1'
const SEEDS = WANTED.includes(',')
  ? WANTED.split(',').filter(Boolean).map(Number)
  : Array.from({ length: Math.min(Number(WANTED), 30) }, (_, i) => i + 1)

const SCHEMAS = ['public', 'warehouse', 'staging', 'monitoring']
/** Of whole tables, of two tables at a time, of partitions that are filled one by one and of such that rows are routed to. */
const UNLOGGED = [
  ['billion_rows'],
  ['emails', 'phone_numbers'],
  ['warehouse.fact_data_metrics'],
  ['events', 'billion_rows'],
] as const

type Victim = 'gigarow' | 'server' | 'both'
type Moment = 'start' | 'loading' | 'finishing' | 'verifying'

interface Kill {
  readonly victim: Victim
  readonly moment: Moment
  /** Chunks that are done before, of a load's. */
  readonly chunks: number
  /** Looks at the ledger from the moment on until the kill, a millisecond or two each. */
  readonly looks: number
}

interface Trial {
  readonly seed: number
  readonly filler: 'copy' | 'sql'
  readonly unlogged: readonly string[]
  /** The second one, where there is one, is in --resume. */
  readonly kills: readonly Kill[]
}

function trialOf(seed: number): Trial {
  const random = seededRandom(seed * 7919)
  const pick = <T>(values: readonly T[]): T => values[Math.floor(random() * values.length)]!
  const kill = (): Kill => ({
    victim: pick(['gigarow', 'gigarow', 'server', 'both']),
    moment: pick(['start', 'loading', 'loading', 'finishing', 'verifying']),
    chunks: Math.floor(random() * 50),
    looks: Math.floor(random() * 100),
  })
  const filler = pick(['copy', 'sql'] as const)
  const isUnlogged = random() < 0.3
  const kills = random() < 0.3 ? [kill(), kill()] : [kill()]
  return { seed, filler, kills, unlogged: isUnlogged ? pick(UNLOGGED) : [] }
}

function nameOf({ filler, unlogged, kills }: Trial): string {
  const list = kills.map(
    ({ victim, moment, chunks, looks }) =>
      `${victim} while ${moment}${moment === 'loading' ? ` after ${chunks} chunks` : ''}, ${looks} looks later`,
  )
  return `${filler}${unlogged.length > 0 ? `, unlogged ${unlogged.join(' and ')}` : ''}: kill -9 of ${list.join('; then of ')}`
}

const server = ownServer('seed')
const { done, reconnect } = server
let whole: Awaited<ReturnType<typeof contents>>

const seedArgs = (filler: string) => [
  ...['seed', '--profile', 'quick', '--scale', '2', '--chunk-rows', '2000', '--jobs', '2'],
  ...['--truncate', '--filler', filler],
]

/** Rows of every table, and everything that a load takes away. */
async function contents() {
  const tables = await server.sql<{ name: string }[]>`
    select c.oid::regclass::text as name from pg_class c
     where relkind in ('r', 'p') and not relispartition and relnamespace::regnamespace::text = any (${SCHEMAS}) order by 1`
  const rows: Record<string, string> = {}
  for (const { name } of tables) rows[name] = await tableDigest(server.sql, name)
  return { rows, structure: await structureOf(server.sql, SCHEMAS) }
}

/** Whether the newest run after `before` has come to the moment; a run that is over has passed it. */
async function reached({ moment, chunks }: Kill, before: number): Promise<boolean> {
  if (moment === 'start') return true
  const [run] = await server.sql`
    select state, (select count(done_at)::int from gigarow.seed_chunk where run_id = r.id) as chunks
      from gigarow.seed_run r where id >= ${before} order by id desc limit 1`
  if (run === undefined) return false
  const order = ['loading', 'finishing', 'verifying', 'done']
  const passed = order.indexOf(run.state) - order.indexOf(moment)
  return passed > 0 || (passed === 0 && (moment !== 'loading' || run.chunks >= chunks))
}

/** Runs the command and kills at the moment; whoever is not killed is waited for. */
async function killed(args: readonly string[], kill: Kill, before: number): Promise<void> {
  const pid = await server.serverPid()
  const { child, result } = server.spawn(args)
  let over = false
  void result.then(() => {
    over = true
  })
  await until(`it is ${kill.moment}`, async () => over || (await reached(kill, before)))
  for (let i = 0; i < kill.looks && !over; i++) await reached(kill, before)
  if (kill.victim !== 'gigarow') process.kill(pid, 'SIGKILL')
  if (kill.victim !== 'server') child.kill('SIGKILL')
  const { code } = await result
  // A server that is gone is an error for who has still had work to do.
  if (kill.victim === 'server') expect([0, 1]).toContain(code)
  if (kill.victim !== 'gigarow') await done('db', 'start')
  await reconnect()
}

async function newestRun(): Promise<{ readonly id: number; readonly open: boolean }> {
  const [run] = await server.sql`
    select id::int, state not in ('done', 'abandoned') as open from gigarow.seed_run order by id desc limit 1`
  return { id: run!.id, open: run!.open }
}

beforeAll(async () => {
  await done(...seedArgs('copy'))
  whole = await contents()
})

/** The tables, or their partitions where they have some. */
async function leavesOf(tables: readonly string[]): Promise<string[]> {
  const rows = await server.sql<{ name: string }[]>`
    select coalesce(p.relid, t.name::regclass)::text as name
      from unnest(${[...tables]}::text[]) t (name) left join pg_partition_tree(t.name::regclass) p on true
     where p.relid is null or p.isleaf`
  return rows.map(({ name }) => name)
}

async function setPersistence(leaves: readonly string[], persistence: 'logged' | 'unlogged'): Promise<void> {
  for (const leaf of leaves) await server.sql.unsafe(`alter table ${leaf} set ${persistence}`)
}

async function isEmpty(tables: readonly string[]): Promise<boolean> {
  for (const table of tables) {
    const [row] = await server.sql.unsafe(`select exists (select from ${table}) as holds`)
    if (!row!.holds) return true
  }
  return false
}

test.each(SEEDS.map((seed) => [seed, nameOf(trialOf(seed))] as const))('trial %i: %s', async (seed) => {
  const { filler, unlogged, kills } = trialOf(seed)
  const [first, second] = kills
  const leaves = await leavesOf(unlogged)
  await setPersistence(leaves, 'unlogged')
  await killed(seedArgs(filler), first!, (await newestRun()).id + 1)
  if (second !== undefined && (await newestRun()).open)
    await killed(['seed', '--resume'], second, (await newestRun()).id)
  // A load that goes on makes everything whole, what a crash has emptied, too. Only what no load was at work on is to be loaded again:
  // it was killed before there was a run, or after it.
  if ((await newestRun()).open) await done('seed', '--resume')
  else if (await isEmpty(unlogged)) await done(...seedArgs(filler))
  await setPersistence(leaves, 'logged')
  expect(await contents()).toEqual(whole)
  expect((await newestRun()).open).toBe(false)
})
