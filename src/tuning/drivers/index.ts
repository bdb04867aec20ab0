import { statSync } from 'node:fs'
import type { RestartDriver } from '../context.ts'
import { systemIdentifierOf } from '../pg-control.ts'
import { run } from './run.ts'
import { type RestartSpec, restartArgv } from './spec.ts'

/** The means to restart a server of the user's own. */
export function restartDriver(spec: RestartSpec): RestartDriver {
  const dataDirectory = spec.driver === 'pg_ctl' ? spec.dataDirectory : undefined
  return {
    name: spec.driver,
    byHand: spec.driver === 'manual',
    ...(dataDirectory === undefined ? {} : { dataDirectory }),
    canRestart: async () => dataDirectory === undefined || isOurs(dataDirectory),
    restart: async () => {
      const argv = restartArgv(spec)
      if (argv !== undefined) await run(argv, dataDirectory === undefined ? {} : { ownerOf: dataDirectory })
    },
  }
}

/** pg_ctl works for the owner only, and its path is in a file that the owner writes: nobody else is to run it. */
function isOurs(dataDirectory: string): boolean {
  if (systemIdentifierOf(dataDirectory) === undefined) return false
  const uid = process.getuid?.()
  return uid === undefined || uid === 0 || statSync(dataDirectory).uid === uid
}
