// npm run docs: writes the parts of docs/ that repeat the code: docs/errors.md from src/kernel/codes.ts, and in the pages of
// docs/commands what stands between `<!-- options of: seed -->` and `<!-- end -->`, from the commands as commander has them; and
// docs/hazards, a page for each rule of the catalogue in src/model/hazards.
// `--check` writes nothing and fails when something is stale, a command has no page, or a link leads nowhere.
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join, relative, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { ensureReady } from './bootstrap.js'
import { hazardPages } from './hazard-pages.js'

ensureReady()
const root = fileURLToPath(new URL('..', import.meta.url))
const check = process.argv.includes('--check')
const { ERROR_CODES } = await import('../dist/kernel/index.js')
const { buildProgram } = await import('../dist/cli/program.js')

/** @typedef {import('commander').Command} Commander */
/** @type {string[]} */
const problems = []

/** @param {string} path @param {string} text */
function put(path, text) {
  const name = relative(root, path)
  const current = existsSync(path) ? readFileSync(path, 'utf8') : ''
  if (current === text) return
  if (check) problems.push(`stale: ${name} (run: npm run docs)`)
  else {
    writeFileSync(path, text)
    console.log(`written: ${name}`)
  }
}

/** @param {string} text */
const cell = (text) => text.replaceAll('|', '\\|')
/** @param {string[]} head @param {string[][]} rows */
const table = (head, rows) =>
  [head, head.map(() => '---'), ...rows].map((row) => `| ${row.join(' | ')} |`).join('\n')

/** Every command that does something, by the words one types. @param {Commander} command @param {string[]} words @returns {[string, Commander][]} */
function leaves(command, words) {
  const below = command.commands.filter((c) => c.name() !== 'help')
  const deeper = below.flatMap((c) => leaves(c, [...words, c.name()]))
  // Some that have others below them do something by themselves: seed, and seed plan.
  return below.length === 0 || ('_actionHandler' in command && command._actionHandler)
    ? [[words.join(' '), command], ...deeper]
    : deeper
}

const program = buildProgram({
  streams: { stdout: process.stdout, stderr: process.stderr },
  execute: async () => {},
})
const commands = new Map(leaves(program, []))
const every = [...commands.values()]
const common = new Set(
  every[0]?.options
    .map((o) => o.flags)
    .filter((f) => every.every((c) => c.options.some((o) => o.flags === f))),
)

/** @param {readonly import('commander').Option[]} options */
function optionTable(options) {
  return table(
    ['option', 'meaning'],
    options.map((option) => {
      const choices = option.argChoices ? `; one of ${option.argChoices.join(', ')}` : ''
      return [`\`${option.flags}\``, cell(`${option.description}${choices}`)]
    }),
  )
}

/** @param {string} name */
function section(name) {
  if (name === 'all commands') {
    const [any] = commands.values()
    return optionTable(any?.options.filter((option) => common.has(option.flags)) ?? [])
  }
  const command = commands.get(name)
  if (!command) {
    problems.push(`docs/commands describes "${name}", which is no command`)
    return ''
  }
  const own = command.options.filter((option) => !common.has(option.flags))
  const usage = `    gigarow ${name} ${command.usage()}`
  return own.length === 0 ? usage : `${usage}\n\n${optionTable(own)}`
}

const MARKED = /<!-- options of: ([a-z ]+) -->\n[\s\S]*?<!-- end -->/g

function commandPages() {
  const folder = join(root, 'docs/commands')
  const described = new Set()
  for (const name of readdirSync(folder).sort()) {
    const path = join(folder, name)
    const text = readFileSync(path, 'utf8').replaceAll(MARKED, (_, /** @type {string} */ command) => {
      described.add(command)
      return `<!-- options of: ${command} -->\n${section(command)}\n<!-- end -->`
    })
    put(path, text)
  }
  for (const name of commands.keys())
    if (!described.has(name)) problems.push(`docs/commands does not describe gigarow ${name}`)
}

function errorsPage() {
  const rows = Object.entries(ERROR_CODES)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([code, { exit, meaning }]) => [`\`${code}\``, String(exit), cell(meaning)])
  put(
    join(root, 'docs/errors.md'),
    `<!-- Made by scripts/gen-docs.js from src/kernel/codes.ts: do not edit. -->
# Error codes

An error is one sentence, its code in brackets, and a line that says the way out:

    error There is no profile "bilion". [PROFILE_UNKNOWN]
    → Did you mean billion? Known profiles: billion, events.

With \`--json\` it is the document \`{"error":{"code","message","facts","hint"}}\` on standard output; \`hint\` is left out where
there is none. Codes are added, never renamed. \`GIGAROW_DEBUG=1\` prints the cause and where it came from as well.

Exit codes: 0 done · 1 failed · 2 usage: the call, a file or the configuration is wrong, and nothing was touched · 3 refused: a
safety check, and the message says how to allow it · 4 drift or pending (of the commands that look at a state).

${table(['code', 'exit', 'meaning'], rows)}
`,
  )
}

async function hazards() {
  const folder = join(root, 'docs/hazards')
  mkdirSync(folder, { recursive: true })
  const pages = await hazardPages({ table, cell })
  for (const [name, text] of pages) put(join(folder, name), text)
  for (const name of readdirSync(folder))
    if (!pages.has(name)) problems.push(`docs/hazards/${name} is the page of no rule`)
}

/** Relative links of every page must lead to a file of the repository. */
function links() {
  const pages = readdirSync(join(root, 'docs'), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.md'))
    .map((name) => join(root, 'docs', name))
  for (const page of [
    ...pages,
    ...['README.md', 'CONTRIBUTING.md', 'CHANGELOG.md'].map((f) => join(root, f)),
  ]) {
    const text = readFileSync(page, 'utf8').replaceAll(/```[\s\S]*?```/g, '')
    for (const [, target = ''] of text.matchAll(/\]\(([^)\s]+)\)/g)) {
      if (/^(https?:|mailto:|#)/.test(target)) continue
      const [path = ''] = target.split('#')
      if (!existsSync(resolve(dirname(page), path)))
        problems.push(`${relative(root, page)} links to ${target}`)
    }
  }
}

errorsPage()
commandPages()
await hazards()
links()
for (const problem of problems) console.error(problem)
process.exitCode = problems.length > 0 ? 1 : 0
