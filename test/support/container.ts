import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { type RequestOptions, request } from 'node:http'
import { basename } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { engineAddresses } from './choice.ts'
import type { TestServer } from './server.ts'

const PING_MS = 500
/** For all of it: the download of the image too. */
const START_MS = 120_000
const KEEPER = fileURLToPath(new URL('./container-keeper.js', import.meta.url))

/** Whether a container engine answers at DOCKER_HOST or at one of the usual sockets; half a second at the most. */
export async function engineAnswers(): Promise<boolean> {
  return (await Promise.all(engineAddresses(process.env).map(ping))).includes(true)
}

/** Any answer will do: an engine with TLS refuses us, and testcontainers has the certificates. */
function ping(where: RequestOptions): Promise<boolean> {
  return new Promise((resolve) => {
    const call = request({ ...where, path: '/_ping', signal: AbortSignal.timeout(PING_MS) }, (response) => {
      response.resume()
      resolve(true)
    })
    call.once('error', () => resolve(false))
    call.end()
  })
}

export interface ContainerOptions {
  readonly image: string
  readonly settings: Readonly<Record<string, string>>
  /** Its last part becomes the container's name. */
  readonly runDir: string
}

/** A server in a container that goes when this process does. Fails when none is ready within two minutes. */
export async function startContainer(options: ContainerOptions): Promise<TestServer> {
  const remove = keep(basename(options.runDir))
  const late = delay(START_MS, undefined, { ref: false }).then(() => {
    throw new Error(`not ready within ${START_MS / 1000} s`)
  })
  return { ...(await Promise.race([run(options), late])), stop: remove }
}

async function run({ image, settings, runDir }: ContainerOptions): Promise<Omit<TestServer, 'stop'>> {
  // Its work is the keeper's, which needs no second image and no way into the engine's socket from inside.
  process.env.TESTCONTAINERS_RYUK_DISABLED ??= 'true'
  const { PostgreSqlContainer } = await import('@testcontainers/postgresql')
  const { Wait } = await import('testcontainers')
  const container = await new PostgreSqlContainer(image)
    .withName(basename(runDir))
    .withCommand([
      'postgres',
      ...Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`]),
    ])
    // Parallel index builds do not fit into the 64 MB that are the engine's own choice.
    .withSharedMemorySize(1024 ** 3)
    // An engine that runs in a container itself may not raise the limits to its usual ones.
    .withUlimits({ nofile: { soft: 1024, hard: 4096 }, nproc: { soft: 4096, hard: 4096 } })
    // The first server is that of initdb. No health check: podman runs those only where systemd is.
    .withWaitStrategy(Wait.forLogMessage(/ready to accept connections/, 2))
    .withStartupTimeout(START_MS)
    .start()
  return {
    url: container.getConnectionUri(),
    description: `a container of ${image}, port ${container.getPort()}`,
  }
}

/** Starts the process that removes the container after us; the function returned has it done now. */
function keep(name: string): () => Promise<void> {
  // Detached: Ctrl-C is for us alone.
  const keeper = spawn(process.execPath, [KEEPER, name], {
    detached: true,
    stdio: ['pipe', 'ignore', 'inherit'],
  })
  keeper.unref()
  return async () => {
    const ended = once(keeper, 'exit')
    keeper.ref()
    keeper.stdin.end()
    const [code] = await ended
    if (code !== 0) throw new Error(`the container ${name} could not be removed: docker rm --force ${name}`)
  }
}
