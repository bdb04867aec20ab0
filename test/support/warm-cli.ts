import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { type CliOptions, type CliResult, cliEnv } from './cli.ts'

const CHILD = fileURLToPath(new URL('warm-cli-child.mjs', import.meta.url))

export interface WarmCli {
  run(args: readonly string[], options: Omit<CliOptions, 'input'>): Promise<CliResult>
  close(): Promise<void>
}

/**
 * `gigarow …` in one process for many commands, one after the other: most of a short command's time is the start of its process, and a
 * hundred cases made minutes of that. The same code from dist/ and the same environment; but a user's file that was loaded once stays loaded.
 */
export function openWarmCli(): WarmCli {
  let started: { readonly child: ChildProcess; readonly ended: Promise<unknown> } | undefined
  const start = () => {
    const child = fork(CHILD, { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] })
    return { child, ended: new Promise((resolve) => child.once('exit', resolve)) }
  }
  return {
    async run(args, { cwd, env = {} }) {
      started ??= start()
      const { child, ended } = started
      child.send({ args, cwd, env: cliEnv(env) })
      const early = ended.then((code) => Promise.reject(new Error(`gigarow ended itself with ${code}`)))
      const [answer] = await Promise.race([once(child, 'message'), early])
      return answer as CliResult
    },
    async close() {
      started?.child.disconnect()
      await started?.ended
    },
  }
}
