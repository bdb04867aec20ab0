import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import type { Sql, Target } from '../../../src/db/index.ts'
import type { PlanStatement } from '../../../src/diff/index.ts'
import { until } from '../../support/until.ts'

const RUNNER = fileURLToPath(new URL('./step-runner.js', import.meta.url))
const APPLICATION = 'plan that is killed'

export interface Kill {
  readonly target: Target
  readonly admin: Sql
  /** Killed before this statement; behind the last one: not at all. */
  readonly at: number
  /** Lets the statement begin, and says when it is under way: killed then. */
  readonly during?: (pid: number) => Promise<void>
}

/** A process runs the statements and is killed; afterwards the server knows it. */
export async function runAndKill(
  statements: readonly PlanStatement[],
  { target, admin, at, during }: Kill,
): Promise<void> {
  const child = spawn(process.execPath, [RUNNER], { stdio: ['pipe', 'pipe', 'pipe'] })
  let said = ''
  child.stderr.on('data', (text) => {
    said += text
  })
  child.stdin.on('error', () => {})
  const exit = once(child, 'exit')
  child.stdin.write(`${JSON.stringify({ connection: connectionOf(target), statements })}\n`)
  for await (const line of createInterface({ input: child.stdout })) {
    if (line === 'done') break
    if (Number(line) === at) {
      if (during !== undefined) {
        child.stdin.write('go\n')
        await during(await pidOf(admin, target))
      }
      child.kill('SIGKILL')
      break
    }
    child.stdin.write('go\n')
  }
  const [code, signal] = await exit
  if (code !== 0 && signal !== 'SIGKILL') throw new Error(`the process that runs the plan failed: ${said}`)
  await until('the server has noticed', async () => (await backends(admin, target)).length === 0)
}

function connectionOf({ host, socketDir, port, user, database, password }: Target) {
  return {
    host: socketDir ?? host,
    ...(socketDir === undefined ? {} : { path: `${socketDir}/.s.PGSQL.${port}` }),
    port,
    user,
    database,
    pass: password ?? '',
    connection: { application_name: APPLICATION },
  }
}

function backends(admin: Sql, { database }: Target) {
  return admin<{ pid: number }[]>`
    select pid from pg_stat_activity where datname = ${database} and application_name = ${APPLICATION}`
}

async function pidOf(admin: Sql, target: Target): Promise<number> {
  const [row] = await backends(admin, target)
  return row!.pid
}
