import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'

const at = (path: string) => fileURLToPath(new URL(path, import.meta.url))
const BIN = at('../../../bin/gigarow.js')

/** Modules of src/ and packages that a command line loads: a bundle names in comments what it is made of. */
function loadedBy(...args: string[]): { readonly stdout: string; readonly loaded: ReadonlySet<string> } {
  const { stdout, stderr } = spawnSync(process.execPath, ['--import', at('loaded.mjs'), BIN, ...args], {
    encoding: 'utf8',
  })
  const files = stderr.split('\n').flatMap((line) => /^loaded (file:.*)/.exec(line)?.[1] ?? [])
  const parts = files
    .filter((url) => url.includes('/dist/'))
    .flatMap((url) => [...readFileSync(fileURLToPath(url), 'utf8').matchAll(/^\/\/ (\S+)$/gm)])
    .map((match) => match[1]!)
  const names = [...files, ...parts].map((path) =>
    /.*\/?node_modules\/((?:@[^/]+\/)?[^/]+)|^src\/([^/]+)\//.exec(path),
  )
  return { stdout, loaded: new Set(names.flatMap((match) => match?.[1] ?? match?.[2] ?? [])) }
}

// That help answers in 0.2 s rests on this: the driver, the schema and the parser take longer to load than all the rest.
test.each([
  '--help',
  '--version',
  'seed --help',
  'import --help',
  'db start --help',
  'tune apply --help',
  'diff --help',
  'drift --help',
])('gigarow %s loads no engine', (line) => {
  const { stdout, loaded } = loadedBy(...line.split(' '))
  expect(stdout).toMatch(line === '--version' ? /^\d+\.\d+\.\d+/ : /^Usage: gigarow/)
  expect([...loaded].sort()).toEqual(['cli', 'commander', 'kernel', 'picocolors'])
})

test('gigarow --help | head, which closes the pipe early, is no error', async () => {
  const child = spawn(process.execPath, [BIN, '--help'], { stdio: ['ignore', 'pipe', 'pipe'] })
  child.stdout.destroy()
  const errors = child.stderr.setEncoding('utf8').toArray()
  const [code] = await once(child, 'exit')
  expect({ code, errors: await errors }).toEqual({ code: 0, errors: [] })
})
