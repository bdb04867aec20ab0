import type { RequestOptions } from 'node:http'
import { homedir } from 'node:os'
import { join } from 'node:path'

/** The major is that of the embedded server. */
const IMAGE = 'postgres:18-alpine'

export type Environment = Readonly<Record<string, string | undefined>>

export type ServerChoice =
  | { readonly kind: 'url'; readonly url: string }
  | { readonly kind: 'embedded' }
  /** Not required: the embedded server will do when no container starts. */
  | { readonly kind: 'container'; readonly image: string; readonly required: boolean }

/** What the tests shall run on. An empty variable counts as none. */
export function chooseServer(env: Environment): ServerChoice {
  const { GIGAROW_TEST_URL: url, GIGAROW_TEST_MAJOR: major, GIGAROW_TEST_IMAGE: image } = env
  if (url) return { kind: 'url', url }
  if (major) return { kind: 'embedded' }
  return { kind: 'container', image: image || IMAGE, required: Boolean(image) }
}

/** Where a container engine may listen: DOCKER_HOST alone if it is set, else the usual sockets. */
export function engineAddresses(env: Environment): RequestOptions[] {
  if (env.DOCKER_HOST) return engineAddress(env.DOCKER_HOST)
  if (process.platform === 'win32') return [{ socketPath: '//./pipe/docker_engine' }]
  const runtime = env.XDG_RUNTIME_DIR
  return [
    '/var/run/docker.sock',
    ...(runtime ? [join(runtime, 'docker.sock')] : []),
    join(homedir(), '.docker/run/docker.sock'),
    join(homedir(), '.docker/desktop/docker.sock'),
  ].map((socketPath) => ({ socketPath }))
}

function engineAddress(dockerHost: string): RequestOptions[] {
  const [, scheme, rest = ''] = /^(\w+):\/\/(.+)$/.exec(dockerHost) ?? []
  if (scheme === 'unix' || scheme === 'npipe') return [{ socketPath: rest }]
  if (!URL.canParse(dockerHost) || !/^(tcp|https?)$/.test(scheme ?? '')) return []
  const { hostname, port } = new URL(dockerHost)
  return [{ host: hostname.replace(/^\[|\]$/g, ''), port: port || 2375 }]
}
