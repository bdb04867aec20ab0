import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, expect } from 'vitest'
import { openPool, parseTarget, type Sql } from '../../src/db/index.ts'
import { type CliResult, runCli, spawnCli } from './cli.ts'
import { temporaryDir } from './project.ts'
import { until } from './until.ts'

const cwd = fileURLToPath(new URL('../..', import.meta.url))

/** The tables of runs, and of their parts. */
const LEDGERS = {
  seed: { run: 'gigarow.seed_run', chunk: 'gigarow.seed_chunk' },
  import: { run: 'gigarow.import_run', chunk: 'gigarow.import_chunk' },
} as const

/**
 * The repository as a project, with an embedded server of this file's own that its tests may kill; migrated, and deleted
 * at the end. Call at the file's top.
 */
export function ownServer(ledger: keyof typeof LEDGERS) {
  const { run, chunk } = LEDGERS[ledger]
  let env: Record<string, string>
  let pool: Sql | undefined

  const cli = (...args: string[]): Promise<CliResult> => runCli(args, { cwd, env })
  const spawn = (args: readonly string[]) => spawnCli([...args], { cwd, env })

  /** A command that must do its work: fails with what it said. Returns what it printed. */
  async function done(...args: string[]): Promise<string> {
    const { code, stdout, stderr } = await cli(...args)
    expect({ code, said: code === 0 ? '' : stderr }).toEqual({ code: 0, said: '' })
    return stdout
  }

  /** To call when the server has been killed: a started one may have another address. */
  async function reconnect(): Promise<void> {
    await pool?.end({ timeout: 5 })
    const { url } = JSON.parse(await done('db', 'url', '--json'))
    pool = openPool(parseTarget(url, 'flag'), { max: 1, applicationName: 'fault test' })
  }

  async function serverPid(): Promise<number> {
    return JSON.parse(await done('db', 'status', '--json')).pid
  }

  /** Starts a command and waits until the run `r` that it has begun has come as far as `condition`, in SQL, says. */
  async function startAndWait(args: readonly string[], condition: string) {
    const [before] = await pool!.unsafe(`select coalesce(max(id), 0)::int as id from ${run}`)
    const { child, result } = spawn(args)
    await until(condition, async () => {
      const [row] = await pool!.unsafe(
        `select coalesce((select ${condition} from ${run} r where id > $1 order by id desc limit 1), false) as reached`,
        [before!.id],
      )
      return row!.reached
    })
    return { child, result }
  }

  beforeAll(async () => {
    env = { GIGAROW_STATE_DIR: join(temporaryDir('fault-'), 'state') }
    await done('db', 'start')
    await done('migrate', 'up')
    await reconnect()
  })
  afterAll(async () => {
    await pool?.end({ timeout: 5 })
    await cli('db', 'reset', '--yes')
  })

  return {
    cli,
    done,
    spawn,
    reconnect,
    serverPid,
    startAndWait,
    /** Condition of startAndWait(): so many parts of the run are done. */
    chunksDone: (n: number) => `(select count(done_at) >= ${n} from ${chunk} where run_id = r.id)`,
    /** One session, as the server's owner. */
    get sql(): Sql {
      return pool!
    },
  }
}
