// The pages of docs/hazards: one for each rule, made of its entry in src/model/hazards and of what gigarow lint says of its example.
import { ensureReady } from './bootstrap.js'

const MADE = '<!-- Made by scripts/gen-docs.js from src/model/hazards: do not edit. -->'

/** @typedef {import('../dist/model/index.js').HazardEntry} Entry */
/** @typedef {import('../dist/model/index.js').PlanHazardEntry} PlanEntry */
/** @typedef {{ table: (head: string[], rows: string[][]) => string, cell: (text: string) => string }} Tools */

/** @param {Tools} tools @returns {Promise<Map<string, string>>} file name to text */
export async function hazardPages(tools) {
  ensureReady()
  const model = await import('../dist/model/index.js')
  const entries = Object.entries(/** @type {Record<string, Entry>} */ (model.HAZARDS))
  const pages = new Map()
  const ofPlans = Object.entries(/** @type {Record<string, PlanEntry>} */ (model.PLAN_HAZARDS))
  for (const [rule, entry] of ofPlans) pages.set(`${rule}.md`, planPage(rule, entry))
  for (const [rule, entry] of entries) pages.set(`${rule}.md`, await page(rule, entry, model.EXAMPLE_TABLES))
  pages.set('README.md', index(entries, ofPlans, { ...tools, tables: model.EXAMPLE_TABLES }))
  return pages
}

/** @param {string} sql */
const block = (sql) => `\`\`\`sql\n${sql.trim()}\n\`\`\``

/** @param {string} rule @param {Entry} entry @param {string} tables */
async function page(rule, entry, tables) {
  const { title, severity, off, lock, why, bad, good, given, since, like, links } = entry
  const facts = [
    `**${severity}**`,
    ...(off ? [`off by default, \`--enable ${rule}\``] : []),
    ...(lock ? [`takes \`${lock.mode}\` on ${lock.on}`] : []),
  ]
  return `${[
    MADE,
    `# ${rule}`,
    `${title}. ${facts.join(' · ')}`,
    ...why,
    '## Not like this',
    ...(given ? [block(given)] : []),
    block(bad),
    '`gigarow lint` says:',
    await said(rule, entry, tables),
    ...(good.length > 0
      ? [
          '## But like this',
          ...(since ? [`From PostgreSQL ${since}:`] : []),
          ...(good.length > 1 ? ['Each block is a migration of its own.'] : []),
          ...good.map(block),
        ]
      : []),
    '## Where it is meant',
    'A comment above the statement, with the reason:',
    block(`-- gigarow: allow ${rule} the table is empty`),
    ...(like ? [`Known elsewhere as: ${like.join(', ')}.`] : []),
    ...(links ? [`See ${links.map((link) => `<${link}>`).join(', ')}.`] : []),
    'All rules: [hazards](README.md). The tables of the examples stand there, too.',
  ].join('\n\n')}\n`
}

/** @param {string} rule @param {Entry} entry @param {string} tables */
async function said(rule, { bad, given = '', since = 14 }, tables) {
  const { lintFiles } = await import('../dist/lint/index.js')
  const files = [
    { file: 'tables.sql', text: tables + given },
    { file: 'migration.sql', text: bad },
  ]
  const name = /** @type {import('../dist/model/index.js').HazardRule} */ (rule)
  const findings = await lintFiles(files, { major: since, enable: [name] })
  const finding = findings.find((f) => f.rule === rule && f.file === 'migration.sql')
  if (!finding) throw new Error(`${rule} does not find its own example`)
  const lines = [
    `${finding.severity}  ${rule}`,
    finding.text,
    'Instead:',
    ...finding.help.split('\n').map((l) => `  ${l}`),
  ]
  return lines.map((line) => `    ${line}`).join('\n')
}

/** What only `gigarow diff` and `gigarow generate` can find. @param {string} rule @param {PlanEntry} entry */
function planPage(rule, { severity, message, instead, variants = {} }) {
  const said = [
    { severity, message, instead },
    ...Object.values(variants).map((v) => ({ severity, message, instead, ...v })),
  ]
  return `${[
    MADE,
    `# ${rule}`,
    `Found in plans by \`gigarow diff\` and \`gigarow generate\`; no single statement shows it, so that \`gigarow lint\` does not look for it. **${severity}**`,
    ...said.map((one) => `    ${one.severity}  ${rule}\n    ${one.message}\n    Instead: ${one.instead}`),
    '## Where it is meant',
    `    gigarow generate --allow ${rule}`,
    'Words in braces stand for the names and values of the plan. All rules: [hazards](README.md).',
  ].join('\n\n')}\n`
}

/** @param {[string, Entry][]} entries @param {[string, PlanEntry][]} ofPlans @param {Tools & { tables: string }} tools */
function index(entries, ofPlans, { table, cell, tables }) {
  /** @param {Entry['severity']} severity */
  const rows = (severity) =>
    entries
      .filter(([, entry]) => entry.severity === severity)
      .map(([rule, { title, lock, off }]) => [
        `[${rule}](${rule}.md)`,
        cell(`${title}${off ? ' (off by default)' : ''}`),
        cell(lock ? `${lock.mode} on ${lock.on}` : ''),
      ])
  const head = ['rule', 'finds', 'lock']
  return `${MADE}
# Hazards

What can go wrong with a statement on tables that are in use. [\`gigarow lint\`](../commands/lint.md) judges hand-written SQL by these rules.

**drop**: rows, values or names that programs use go.

${table(head, rows('drop'))}

**lock**: reads or writes wait while rows are read or written, or behind a statement that waits itself; or the server refuses the statement in
the middle of the migration.

${table(head, rows('lock'))}

**notice**: worth knowing; it never makes \`gigarow lint\` fail.

${table(head, rows('notice'))}

## Of plans
Found by [\`gigarow diff\`](../commands/diff.md) and [\`gigarow generate\`](../commands/generate.md), beside those above.

${table(
  ['rule', 'kind', 'says'],
  ofPlans.map(([rule, { severity, message }]) => [`[${rule}](${rule}.md)`, severity, cell(message)]),
)}

## The tables of the examples
${block(tables)}
`
}
