import { existsSync } from 'node:fs'
import { type RequestOptions, request } from 'node:http'
import type { TestServer } from './server.ts'

const IMAGE = process.env.GIGAROW_TEST_IMAGE ?? 'postgres:18-alpine'
const PING_MS = 500

/** Whether a container engine answers a ping at DOCKER_HOST or at one of the usual sockets; half a second at the most each. */
export async function engineAnswers(): Promise<boolean> {
  for (const where of addresses()) if (await ping(where)) return true
  return false
}

function addresses(): RequestOptions[] {
  const host = process.env.DOCKER_HOST
  if (host?.startsWith('unix://')) return [{ socketPath: host.slice('unix://'.length) }]
  // With TLS the ping would need the certificates: testcontainers knows what to do with them.
  if (host) return [{ host: new URL(host).hostname, port: new URL(host).port || 2375 }]
  const runtime = process.env.XDG_RUNTIME_DIR
  return ['/var/run/docker.sock', ...(runtime ? [`${runtime}/docker.sock`] : [])]
    .filter((socketPath) => existsSync(socketPath))
    .map((socketPath) => ({ socketPath }))
}

function ping(where: RequestOptions): Promise<boolean> {
  return new Promise((resolve) => {
    const call = request({ ...where, path: '/_ping', timeout: PING_MS }, (response) => {
      response.resume()
      resolve(response.statusCode === 200)
    })
    call.once('timeout', () => call.destroy())
    call.once('error', () => resolve(false))
    call.once('close', () => resolve(false))
    call.end()
  })
}

/** Starts the image and waits for the log line, not for a health check: podman runs those only where systemd is. */
export async function startContainer(settings: Readonly<Record<string, string>>): Promise<TestServer> {
  const { PostgreSqlContainer } = await import('@testcontainers/postgresql')
  const { Wait } = await import('testcontainers')
  const flags = Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`])
  const container = await new PostgreSqlContainer(IMAGE)
    .withCommand(['postgres', ...flags])
    .withWaitStrategy(Wait.forLogMessage(/ready to accept connections/, 2))
    .withStartupTimeout(60_000)
    .start()
  return {
    url: container.getConnectionUri(),
    description: `a container of ${IMAGE}, port ${container.getPort()}`,
    stop: async () => {
      await container.stop()
    },
  }
}
