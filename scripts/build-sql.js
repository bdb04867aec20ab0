// Compiles the .sql files beside a module into one generated module, so that nothing is looked up on disk at run time.
// `--check` writes nothing and fails when a generated module is stale.
import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('..', import.meta.url))
const check = process.argv.includes('--check')

/** Numbered files of the store: [{ version, name, sql }]. */
function storeModule() {
  const folder = join(root, 'src/store/sql')
  const files = readdirSync(folder)
    .filter((name) => /^\d{6}_[a-z_]+\.sql$/.test(name))
    .sort()
    .map((name) => ({
      version: Number(name.slice(0, 6)),
      name,
      sql: readFileSync(join(folder, name), 'utf8'),
    }))
  const body = files.map((f) => `  ${JSON.stringify(f)},`).join('\n')
  return {
    path: join(root, 'src/store/sql.generated.ts'),
    text: `// Made by scripts/build-sql.js from src/store/sql: do not edit.\nexport const STORE_FILES: readonly { readonly version: number; readonly name: string; readonly sql: string }[] = [\n${body}\n]\n`,
  }
}

/** Named queries (`-- name: x`) of a module's sql folder: { x: 'select …' }. */
function queriesModule(/** @type {string} */ module) {
  const folder = join(root, 'src', module, 'sql')
  const queries = readdirSync(folder)
    .filter((name) => name.endsWith('.sql'))
    .sort()
    .flatMap((name) =>
      readFileSync(join(folder, name), 'utf8')
        .split(/^-- name: /m)
        .slice(1),
    )
    .map((part) => {
      const end = part.indexOf('\n')
      return `  ${part.slice(0, end).trim()}: ${JSON.stringify(part.slice(end + 1).trim())},`
    })
  return {
    path: join(root, 'src', module, 'sql.generated.ts'),
    text: `// Made by scripts/build-sql.js from src/${module}/sql: do not edit.\nexport const QUERIES = {\n${queries.join('\n')}\n} as const\n`,
  }
}

const QUERY_MODULES = readdirSync(join(root, 'src'), { withFileTypes: true })
  .filter((entry) => entry.isDirectory() && entry.name !== 'store')
  .filter((entry) => readdirSync(join(root, 'src', entry.name)).includes('sql'))
  .map((entry) => entry.name)

let stale = 0
for (const { path, text } of [storeModule(), ...QUERY_MODULES.map(queriesModule)]) {
  let current = ''
  try {
    current = readFileSync(path, 'utf8')
  } catch {}
  if (current === text) continue
  if (check) {
    stale++
    console.error(`stale: ${path.slice(root.length)} (run: node scripts/build-sql.js)`)
  } else writeFileSync(path, text)
}
process.exitCode = stale > 0 ? 1 : 0
