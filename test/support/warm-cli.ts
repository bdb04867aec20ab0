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
  let child: ChildProcess | undefined
  return {
    async run(args, { cwd, env = {} }) {
      child ??= fork(CHILD, { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] })
      child.send({ args, cwd, env: cliEnv(env) })
      const [answer] = await Promise.race([
        once(child, 'message'),
        once(child, 'exit').then(([code]) => Promise.reject(new Error(`gigarow ended itself with ${code}`))),
      ])
      return answer as CliResult
    },
    async close() {
      if (child === undefined) return
      const ended = once(child, 'exit')
      child.disconnect()
      await ended
    },
  }
}
