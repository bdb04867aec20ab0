import { spawnSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'

const at = (path: string) => fileURLToPath(new URL(path, import.meta.url))

/** Folders of dist/ and packages that a command line loads. */
function loadedBy(...args: string[]): { readonly stdout: string; readonly loaded: ReadonlySet<string> } {
  const { stdout, stderr } = spawnSync(
    process.execPath,
    ['--import', at('loaded.mjs'), at('../../../bin/gigarow.js'), ...args],
    { encoding: 'utf8' },
  )
  const urls = stderr.split('\n').filter((line) => line.startsWith('loaded file:'))
  const names = urls.map((url) => /.*\/node_modules\/((?:@[^/]+\/)?[^/]+)|\/dist\/([^/]+)\//.exec(url))
  return { stdout, loaded: new Set(names.flatMap((match) => match?.[1] ?? match?.[2] ?? [])) }
}

// That help answers in 0.2 s rests on this: the driver, the schema and the parser take longer to load than all the rest.
test.each([
  '--help',
  '--version',
  'seed --help',
  'db start --help',
  'tune apply --help',
  'diff --help',
  'drift --help',
])('gigarow %s loads no engine', (line) => {
  const { stdout, loaded } = loadedBy(...line.split(' '))
  expect(stdout).toMatch(line === '--version' ? /^\d+\.\d+\.\d+/ : /^Usage: gigarow/)
  expect([...loaded].sort()).toEqual(['cli', 'commander', 'kernel', 'picocolors'])
})
