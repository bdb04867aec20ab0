import { type Emit, GigarowError } from '../kernel/index.ts'
import { blockedAt } from './access.ts'
import type { Account } from './account.ts'
import { type Binaries, binariesVersion, usableBinaries } from './binaries.ts'
import type { ClusterEvent } from './events.ts'
import { dataMajor, initialise, isInitialised } from './initdb.ts'
import { choosePlace, copiesDir, makePrivate, type Place, placeAt } from './place.ts'
import { choosePort } from './port.ts'
import { newPassword, readState, type ServerState, writeState } from './state.ts'

/**
 * Not "gigarow": "$user" stands first in search_path, and a user of that name would find, and make, his tables in the
 * schema gigarow, which holds our own.
 */
const SUPERUSER = 'postgres'

export interface PrepareOptions {
  readonly root: string
  readonly stateDir: string
  readonly port?: number
  readonly account: () => Account
  readonly binaries: () => Binaries
  readonly relocateTo?: string
  readonly settings?: Readonly<Record<string, string>>
  readonly sync?: boolean
  readonly emit: Emit<ClusterEvent>
}

export interface Prepared {
  readonly state: ServerState
  readonly place: Place
  readonly binaries: Binaries
}

/** Everything before the start: who runs it and where, the programs, the data directory. Repeats what was left half done. */
export async function prepare(options: PrepareOptions): Promise<Prepared> {
  const before = readState(options.stateDir)
  const { runAs, home } = before ?? chooseHome(options)
  const place = placeAt(options.stateDir, home)
  checkReachable(place, runAs)
  makePrivate(place.home, runAs)
  if (before === undefined && isInitialised(place)) throw lostPassword(options.stateDir, place)
  const { emit, stateDir, relocateTo } = options
  const copies = () => copiesDir({ stateDir, relocateTo })
  const binaries = await usableBinaries(options.binaries(), { account: runAs, copies, emit })
  const version = binariesVersion(binaries)
  const state = await remember({ ...options, before }, { runAs, home, version })
  if (isInitialised(place)) checkMajor(place, version)
  else {
    emit({ type: 'cluster.initializing', dataDir: place.dataDir, version, user: runAs.name })
    const major = Number.parseInt(version, 10)
    await initialise({ ...state, binaries, place, account: runAs, major, sync: options.sync ?? true })
  }
  return { state, place, binaries }
}

function chooseHome({ emit, account, ...options }: PrepareOptions): Pick<ServerState, 'runAs' | 'home'> {
  const runAs = account()
  const { home, blocked } = choosePlace({ ...options, account: runAs, relocateTo: options.relocateTo })
  if (home !== null && blocked !== undefined)
    emit({ type: 'cluster.relocated', home, blocked, user: runAs.name })
  return { runAs, home }
}

/** The password is on disk before the data directory that needs it. */
async function remember(
  { stateDir, port, before }: PrepareOptions & { readonly before: ServerState | undefined },
  now: Pick<ServerState, 'runAs' | 'home' | 'version'>,
): Promise<ServerState> {
  const state: ServerState = {
    ...(before ?? { format: 1, user: SUPERUSER, database: 'gigarow', password: newPassword(), port: 0 }),
    ...now,
  }
  const complete = { ...state, port: port || state.port || (await choosePort()) }
  if (JSON.stringify(complete) !== JSON.stringify(before)) writeState(stateDir, complete)
  return complete
}

function checkReachable(place: Place, account: Account): void {
  const self = process.getuid?.()
  if (self !== undefined && self !== 0 && self !== account.uid) {
    throw new GigarowError(
      'CLUSTER_UNUSABLE',
      `The embedded server of this project belongs to the user ${account.name}.`,
      {
        facts: { user: account.name, dataDir: place.dataDir },
        hint: `Work as ${account.name} or as root, or set DATABASE_URL.`,
      },
    )
  }
  const blocked = self === 0 ? blockedAt(place.home, account) : undefined
  if (blocked === undefined || blocked === place.home) return
  throw new GigarowError(
    'CLUSTER_UNUSABLE',
    `The user ${account.name}, who runs the embedded server, can no longer enter ${blocked}.`,
    {
      facts: { user: account.name, blocked, dataDir: place.dataDir },
      hint: `Put the project back where ${account.name} reaches it, or start anew without the data: gigarow db reset --yes.`,
    },
  )
}

function checkMajor(place: Place, version: string): void {
  const data = dataMajor(place)
  if (data === Number.parseInt(version, 10)) return
  throw new GigarowError(
    'CLUSTER_UNUSABLE',
    `The data directory ${place.dataDir} is of PostgreSQL ${data}; the programs are of ${version}.`,
    {
      facts: { dataDir: place.dataDir, data, version },
      hint: `Install the programs of ${data}, or start anew without the data: gigarow db reset --yes.`,
    },
  )
}

function lostPassword(stateDir: string, place: Place): GigarowError {
  return new GigarowError(
    'CLUSTER_UNUSABLE',
    `${stateDir}/server.json with the password is gone; the data is in ${place.dataDir}.`,
    {
      facts: { dataDir: place.dataDir },
      hint: 'Restore the file, or start anew without the data: gigarow db reset --yes.',
    },
  )
}
