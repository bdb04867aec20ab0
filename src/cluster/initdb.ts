import { chownSync, existsSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { GigarowError, ident } from '../kernel/index.ts'
import type { Account } from './account.ts'
import type { Binaries } from './binaries.ts'
import { PG_HBA, POSTGRESQL_CONF } from './conf.ts'
import { saysDiskFull } from './disk.ts'
import type { Place } from './place.ts'
import { runAs } from './run-as.ts'

export interface InitOptions {
  readonly binaries: Binaries
  readonly place: Place
  readonly account: Account
  readonly user: string
  readonly database: string
  readonly password: string
  readonly major: number
  /** False skips waiting for the disk: for servers that hold nothing but tests. */
  readonly sync: boolean
}

const DRAFT = 'data.new-'

/** Whether there is a finished data directory: it gets its name only when all is done. */
export function isInitialised(place: Place): boolean {
  return existsSync(join(place.dataDir, 'PG_VERSION'))
}

/** The major version of the data directory. */
export function dataMajor(place: Place): number {
  return Number(readFileSync(join(place.dataDir, 'PG_VERSION'), 'utf8').trim())
}

/** Makes the data directory with the superuser and the database, beside its place, and renames it when it is complete. */
export async function initialise(options: InitOptions): Promise<void> {
  const { place, account } = options
  for (const name of readdirSync(place.home)) {
    if (name.startsWith(DRAFT)) rmSync(join(place.home, name), { recursive: true, force: true })
  }
  const draft = join(place.home, `${DRAFT}${process.pid}`)
  await runInitdb(draft, options)
  for (const [name, text] of [
    ['pg_hba.conf', PG_HBA],
    ['postgresql.conf', POSTGRESQL_CONF],
    ['gigarow.conf', ''],
  ] as const) {
    writeFileSync(join(draft, name), text, { mode: 0o600 })
    if (process.getuid?.() === 0) chownSync(join(draft, name), account.uid, account.gid)
  }
  await createDatabase(draft, options)
  renameSync(draft, place.dataDir)
}

async function runInitdb(draft: string, options: InitOptions): Promise<void> {
  const { binaries, place, account, user, password, major, sync } = options
  const passwordFile = join(place.home, `password.${process.pid}`)
  writeFileSync(passwordFile, `${password}\n`, { mode: 0o600 })
  try {
    if (process.getuid?.() === 0) chownSync(passwordFile, account.uid, account.gid)
    const result = await runAs(account, [
      binaries.initdb,
      `--pgdata=${draft}`,
      `--username=${user}`,
      `--pwfile=${passwordFile}`,
      '--auth=scram-sha-256',
      '--encoding=UTF8',
      ...localeFlags(major),
      ...(sync ? [] : ['--no-sync']),
    ])
    if (result.code !== 0) throw initFailed(place.dataDir, result.output)
  } finally {
    rmSync(passwordFile, { force: true })
  }
}

/** The builtin provider compares bytes (as fast as C) and still knows upper and lower case of all of Unicode. */
function localeFlags(major: number): string[] {
  if (major >= 17) return ['--locale=C', '--locale-provider=builtin', '--builtin-locale=C.UTF-8']
  return [process.platform === 'linux' ? '--locale=C.UTF-8' : '--locale=C']
}

/** In single-user mode: the directory is complete, database included, before any server runs on it. */
async function createDatabase(draft: string, options: InitOptions): Promise<void> {
  const { binaries, account, database, place, sync } = options
  const { code, output } = await runAs(
    account,
    [binaries.postgres, '--single', '-D', draft, ...(sync ? [] : ['-F']), 'postgres'],
    `create database ${ident(database)}\n`,
  )
  if (code !== 0 || /\b(ERROR|FATAL|PANIC):/.test(output)) throw initFailed(place.dataDir, output)
}

function initFailed(dataDir: string, output: string): GigarowError {
  const full = saysDiskFull(output)
  const lines = output.trim().split('\n').slice(-8)
  return new GigarowError(
    full ? 'DISK_FULL' : 'CLUSTER_START_FAILED',
    full
      ? `There is no disk space left for the data directory ${dataDir}.`
      : `The data directory ${dataDir} could not be made:\n${lines.map((line) => `  ${line}`).join('\n')}`,
    {
      facts: { dataDir, log: lines },
      hint: full
        ? 'Make space (about 50 MB to begin with), then start again.'
        : 'Correct what the lines say, then start again.',
    },
  )
}
