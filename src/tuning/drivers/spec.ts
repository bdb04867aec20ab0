import { readFileSync, readlinkSync, statSync } from 'node:fs'
import { dirname, join } from 'node:path'

/** How a server of the user's own is restarted. No shell is involved: arguments stay what they are. */
export type RestartSpec =
  | {
      readonly driver: 'pg_ctl'
      readonly dataDirectory: string
      /** Default: beside the server's own program. */
      readonly program?: string | undefined
      /** Where the server's output goes; default: where it goes now. */
      readonly log?: string | undefined
    }
  | { readonly driver: 'systemd'; readonly unit: string }
  | { readonly driver: 'command'; readonly command: readonly string[] }
  | { readonly driver: 'container'; readonly name: string; readonly engine?: 'docker' | 'podman' | undefined }
  | { readonly driver: 'manual' }

export interface Argv {
  readonly file: string
  readonly args: readonly string[]
}

/** Seconds that a server has for its shutdown checkpoint and its start. */
const PATIENCE_S = '600'

/** The program and its arguments; undefined for what people do by hand. */
export function restartArgv(spec: RestartSpec): Argv | undefined {
  switch (spec.driver) {
    case 'pg_ctl':
      return pgCtl(spec)
    case 'systemd':
      return { file: 'systemctl', args: ['--no-ask-password', 'restart', '--', spec.unit] }
    case 'container':
      // -t: both engines would kill the server after ten seconds.
      return { file: spec.engine ?? 'docker', args: ['restart', '-t', PATIENCE_S, '--', spec.name] }
    case 'command': {
      const [file = '', ...args] = spec.command
      return { file, args }
    }
    case 'manual':
      return undefined
  }
}

function pgCtl(spec: Extract<RestartSpec, { driver: 'pg_ctl' }>): Argv {
  const { dataDirectory } = spec
  const log = spec.log ?? logOf(dataDirectory) ?? '/dev/null'
  const flags = ['-D', dataDirectory, '-m', 'fast', '-w', '-t', PATIENCE_S, '-l', log]
  return { file: spec.program ?? programOf(dataDirectory), args: ['restart', ...flags] }
}

/** pg_ctl of the installation that last started the server. */
function programOf(dataDirectory: string): string {
  const [, server] = /^"?(\/[^"\n]*?)"?(?: "|\n|$)/.exec(textOf(join(dataDirectory, 'postmaster.opts'))) ?? []
  return server === undefined ? 'pg_ctl' : join(dirname(server), 'pg_ctl')
}

/** The file that the running server's standard error goes to: pg_ctl would leave it closed otherwise. */
function logOf(dataDirectory: string): string | undefined {
  const pid = Number(textOf(join(dataDirectory, 'postmaster.pid')).split('\n')[0])
  if (!(pid > 0)) return undefined
  try {
    const path = readlinkSync(`/proc/${pid}/fd/2`)
    return path.startsWith('/') && statSync(path).isFile() ? path : undefined
  } catch {
    return undefined
  }
}

function textOf(path: string): string {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    return ''
  }
}
