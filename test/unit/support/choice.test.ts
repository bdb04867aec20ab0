import { describe, expect, it } from 'vitest'
import { chooseServer, engineAddresses } from '../../support/choice.ts'

describe('the server of the tests', () => {
  it('is a container if one starts, else the embedded server', () => {
    expect(chooseServer({ GIGAROW_TEST_URL: '', GIGAROW_TEST_IMAGE: '' })).toEqual({
      kind: 'container',
      image: 'postgres:18-alpine',
      required: false,
    })
  })

  it('is forced by a variable, and a named image must start', () => {
    const GIGAROW_TEST_IMAGE = 'postgres:14'
    expect(chooseServer({ GIGAROW_TEST_IMAGE })).toEqual({
      kind: 'container',
      image: 'postgres:14',
      required: true,
    })
    expect(chooseServer({ GIGAROW_TEST_IMAGE, GIGAROW_TEST_MAJOR: '14' })).toEqual({ kind: 'embedded' })
    expect(chooseServer({ GIGAROW_TEST_MAJOR: '14', GIGAROW_TEST_URL: 'postgresql://h/d' })).toEqual({
      kind: 'url',
      url: 'postgresql://h/d',
    })
  })
})

describe('a container engine', () => {
  it.each([
    ['unix:///run/podman/podman.sock', { socketPath: '/run/podman/podman.sock' }],
    ['npipe:////./pipe/docker_engine', { socketPath: '//./pipe/docker_engine' }],
    ['tcp://10.0.0.1:2376', { host: '10.0.0.1', port: '2376' }],
    ['tcp://[::1]', { host: '::1', port: 2375 }],
  ])('is looked for at DOCKER_HOST alone when that is set: %s', (DOCKER_HOST, address) => {
    expect(engineAddresses({ DOCKER_HOST, XDG_RUNTIME_DIR: '/run/user/1' })).toEqual([address])
  })

  it.each(['ssh://me@there', 'tcp://', 'nonsense'])(
    'is not there when we cannot ask at %s',
    (DOCKER_HOST) => {
      expect(engineAddresses({ DOCKER_HOST })).toEqual([])
    },
  )

  it.skipIf(process.platform === 'win32')('is looked for at the usual sockets otherwise', () => {
    const sockets = engineAddresses({ XDG_RUNTIME_DIR: '/run/user/1' }).map(({ socketPath }) => socketPath)
    expect(sockets.slice(0, 2)).toEqual(['/var/run/docker.sock', '/run/user/1/docker.sock'])
  })
})
