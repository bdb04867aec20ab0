// Makes dist/: the types of each module by tsc, and the code in bundles by esbuild, because to open hundreds of small modules takes
// longer than most commands do. What two entries share is in a chunk, so that a class is the same one wherever it comes from.
import { spawnSync } from 'node:child_process'
import { existsSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { build } from 'esbuild'

const root = fileURLToPath(new URL('..', import.meta.url))
const dist = join(root, 'dist')
const WEEK_MS = 7 * 24 * 3600 * 1000

/** What is loaded by name: the package's entries, the program, its threads, and each module for scripts/. */
function entries() {
  const modules = readdirSync(join(root, 'src'), { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .flatMap(({ name }) => [`src/${name}/index.ts`, `src/${name}/public.ts`])
  return ['src/index.ts', 'src/cli/main.ts', 'src/cli/program.ts', 'src/seed/worker.ts', ...modules].filter(
    (path) => existsSync(join(root, path)),
  )
}

/**
 * What npm installs for users is loaded from there: their declarations and our code have to share drizzle-orm. But zod: it has 95 modules,
 * most of them messages in languages that nobody asked for, and is a dependency for the types of the configuration alone.
 */
function external() {
  const { dependencies, optionalDependencies } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'))
  return Object.keys({ ...dependencies, ...optionalDependencies }).filter((name) => name !== 'zod')
}

async function bundle() {
  const { metafile } = await build({
    absWorkingDir: root,
    entryPoints: entries(),
    outbase: 'src',
    outdir: 'dist',
    chunkNames: 'chunks/[name]-[hash]',
    bundle: true,
    splitting: true,
    format: 'esm',
    platform: 'node',
    target: 'node20.19',
    external: external(),
    // commander is CommonJS.
    banner: {
      js: "import { createRequire as __createRequire } from 'node:module'\nconst require = __createRequire(import.meta.url)",
    },
    metafile: true,
    logLevel: 'warning',
  })
  removeStale(new Set(Object.keys(metafile.outputs)))
  writeFileSync(join(dist, 'NOTICES.txt'), notices(Object.keys(metafile.inputs)))
}

/** A load that runs all night opens its last chunks at its end, whatever was compiled since: those of a week stay. */
function removeStale(/** @type {ReadonlySet<string>} */ made) {
  for (const name of readdirSync(join(dist, 'chunks'))) {
    const path = join(dist, 'chunks', name)
    const stale = !made.has(`dist/chunks/${name}`) && Date.now() - statSync(path).mtimeMs > WEEK_MS
    if (stale) rmSync(path)
  }
}

/** The licences of what is copied into the bundles, as they ask for. */
function notices(/** @type {readonly string[]} */ inputs) {
  const packages = new Set(inputs.map((path) => /^(.*node_modules\/[^/]+)\//.exec(path)?.[1] ?? ''))
  return [...packages]
    .filter((folder) => folder !== '')
    .map((folder) => {
      const manifest = JSON.parse(readFileSync(join(root, folder, 'package.json'), 'utf8'))
      const licence = readFileSync(join(root, folder, 'LICENSE'), 'utf8')
      return `${manifest.name} ${manifest.version}\n\n${licence.trim()}\n`
    })
    .join('\n---\n\n')
}

/** @param {string[]} args */
function node(...args) {
  const { status, stdout, stderr } = spawnSync(process.execPath, args, { cwd: root, encoding: 'utf8' })
  if (status === 0) return
  console.error(stdout, stderr)
  console.error(`node ${args.join(' ')} failed with exit code ${status}.`)
  process.exit(1)
}

if (process.argv[1] && import.meta.url === pathToFileURL(process.argv[1]).href) {
  // What is published holds nothing of files that are no longer there.
  if (process.argv.includes('--clean')) rmSync(dist, { recursive: true, force: true })
  node('scripts/build-sql.js')
  node('node_modules/typescript/bin/tsc', '-p', 'tsconfig.build.json')
  await bundle()
  // Last, so that a build that failed is none: scripts/bootstrap.js compares its time with that of src/.
  writeFileSync(join(dist, '.built'), '')
}
