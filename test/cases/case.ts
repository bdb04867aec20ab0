import { readFileSync } from 'node:fs'
import { join } from 'node:path'

export interface CaseCommand {
  readonly env: Readonly<Record<string, string>>
  readonly args: readonly string[]
}

/**
 * A folder of test/cases:
 *   cmd           command lines, `[NAME=value …] gigarow …`, quoted by "" where a word holds a space. The last one is what
 *                 the case is about; those before it must succeed.
 *   expected.txt  exit code, stdout and stderr of the last one
 *   project/      files that are added to those of _project/, at the start
 *   edit/         files that are written over the project's before the last command
 *
 * DATABASE_URL is a database of the case's own unless a line sets it; `DATABASE_URL=` means the embedded server.
 * PLACES are words for what a run has to fill in.
 */
export interface Case {
  readonly folder: string
  readonly before: readonly CaseCommand[]
  readonly last: CaseCommand
}

export const PLACES = [
  '{database}',
  '{wrong-password}',
  '{wrong-database}',
  '{closed-port}',
  '{taken-port}',
] as const
export type Place = (typeof PLACES)[number]

export function readCase(folder: string): Case {
  const commands = readFileSync(join(folder, 'cmd'), 'utf8')
    .split('\n')
    .filter((line) => line.trim() !== '')
    .map(readCommand)
  return { folder, before: commands.slice(0, -1), last: commands.at(-1)! }
}

function readCommand(line: string): CaseCommand {
  const words = [...line.matchAll(/"([^"]*)"|(\S+)/g)].map(([, quoted, plain]) => quoted ?? plain ?? '')
  const program = words.indexOf('gigarow')
  if (program === -1) throw new Error(`a case runs gigarow, not: ${line}`)
  const env = words.slice(0, program).map((word) => {
    const at = word.indexOf('=')
    return [word.slice(0, at), word.slice(at + 1)] as const
  })
  return { env: Object.fromEntries(env), args: words.slice(program + 1) }
}

/** The text with what differs from run to run under a name. Longer ones first: one may be a part of another. */
export function normalise(text: string, names: ReadonlyMap<string, string>): string {
  let plain = text
  for (const [value, name] of [...names].sort(([a], [b]) => b.length - a.length)) {
    plain = plain.replaceAll(value, name)
  }
  return plain
    .replace(/\b\d+(\.\d+)? (ms|s)\b/g, 'TIME')
    .replace(/\b\d{14}(?=_)/g, (stamp) => (isOfToday(stamp) ? 'NOW' : stamp))
    .replace(/\b\d{4}-\d\d-\d\d \d\d:\d\d UTC/g, 'NOW')
    .replace(/\b[\d.]+[kM]? rows\/s read; peak memory of gigarow [\d.]+ MB/, 'FIGURES')
    .replace(/[ \t]+$/gm, '')
}

/** What a command has written begins with the time. */
function isOfToday(stamp: string): boolean {
  const [, year, month, day] = /^(\d{4})(\d\d)(\d\d)/.exec(stamp)!.map(Number)
  return Math.abs(Date.now() - Date.UTC(year!, month! - 1, day)) < 2 * 86_400_000
}
