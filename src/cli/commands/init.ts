import { mkdir, writeFile } from 'node:fs/promises'
import { basename, dirname, join, relative } from 'node:path'
import type { Target } from '../../db/index.ts'
import type { DeclaredSchema } from '../../schema/index.ts'
import type { Command, CommandContext, CommandInput } from '../command.ts'
import { confirm } from '../confirm.ts'
import { printDrift } from '../diff/drift-report.ts'
import { SCRATCH_OPTIONS } from '../diff/scratch.ts'
import { noteUnread } from '../diff/sources.ts'
import type { Adopted, AdoptInput } from '../init/adopt.ts'
import type { Project } from '../init/project.ts'
import type { Adoptable } from '../init/undeclared.ts'

export const initCommand: Command = {
  name: 'init',
  summary:
    'set a project up: adopts drizzle.config.ts and its database, or starts a new one in an empty folder',
  options: [
    { flags: '--schema <pattern>', description: 'the declarations; default: what drizzle.config.ts names' },
    { flags: '--no-baseline', description: 'leave the database alone' },
    { flags: '--dry-run', description: 'say what would be written, change nothing' },
    ...SCRATCH_OPTIONS,
  ],
  examples: ['gigarow init', 'gigarow init --dry-run', 'gigarow init --yes --no-baseline'],
  run,
}

async function run(context: CommandContext, { options }: CommandInput): Promise<undefined> {
  const { out } = context
  const { lookAt, withDeclarations } = await import('../init/project.ts')
  const { objectsText } = await import('../init/undeclared.ts')
  const schema = options.schema === undefined ? undefined : String(options.schema)
  const found = await lookAt(context, { schema })
  const declared = found.isNew ? undefined : await declarationsOf(found)
  if (declared) await tellUnread(context, found)
  tellFound(context, found, declared)
  const input = declared && (await adoptInput(context, { project: found, declared, options }))
  const adopted = input && (await (await import('../init/adopt.ts')).planAdoption(input))
  const undeclared = adopted?.undeclared
  const project = undeclared ? withDeclarations(found, objectsText(undeclared)) : found
  if (adopted) tellDatabase(context, adopted)
  if (undeclared) tellUndeclared(context, { undeclared, project })
  const baseline = adopted?.adoption.kind === 'baseline' ? adopted.adoption : undefined
  const folder =
    baseline && `${relative(project.root, project.config.migrations)}/${baseline.migration.name}/`
  const written = [...project.files.map(({ path }) => path), ...(folder === undefined ? [] : [folder])]
  if (written.length > 0) {
    for (const path of written) out.print(`${out.colors.green('to write')} ${path}`)
    if (!options.dryRun) {
      const where = baseline && input ? `, and record the baseline in ${await nameOf(input.target)}` : ''
      await confirm(context, `Write ${written.length === 1 ? 'this' : 'these'}${where}?`)
      await write(project)
      if (baseline && input) await (await import('../init/adopt.ts')).adopt(input, baseline.migration)
    }
  }
  const next = nextSteps(project, adopted)
  finish(context, { written, next, dryRun: options.dryRun === true })
  out.document({
    root: project.root,
    drizzle: project.drizzle === undefined ? null : basename(project.drizzle.file),
    schema: project.config.schema.map((path) => relative(project.root, path)),
    tables: declared?.tables.length ?? 0,
    kept: project.kept === undefined ? null : relative(project.root, project.kept),
    written: options.dryRun ? [] : written,
    baseline: baseline?.migration.name ?? null,
    reason: adopted?.adoption.kind === 'none' ? adopted.adoption.why : null,
    differences: adopted === undefined || 'unknown' in adopted.differences ? null : adopted.differences,
    left: adopted?.left ?? [],
    undeclared: labelsOf(undeclared),
    dryRun: options.dryRun === true,
    next,
  })
  return undefined
}

async function declarationsOf({ config }: Project): Promise<DeclaredSchema> {
  const { loadExports } = await import('../../config/index.ts')
  const { checkDeclarations } = await import('../../schema/index.ts')
  return checkDeclarations(await loadExports(config.schema), { now: Date.now(), casing: config.casing })
}

async function tellUnread(context: CommandContext, { config }: Project): Promise<void> {
  const { unreadFiles } = await import('../../config/index.ts')
  noteUnread(context, await unreadFiles(config.schema))
}

interface Found {
  readonly project: Project
  readonly declared: DeclaredSchema
  readonly options: CommandInput['options']
}

async function adoptInput(
  context: CommandContext,
  { project: { config, drizzle, kept }, declared, options }: Found,
): Promise<AdoptInput | undefined> {
  if (options.baseline === false) return undefined
  const { parseTarget } = await import('../../db/index.ts')
  const configured = config.url === undefined ? undefined : parseTarget(config.url, 'config')
  const target = (await context.externalTarget()) ?? configured
  if (target !== undefined) {
    context.out.note(context.out.colors.dim(`server ${await nameOf(target)}`))
    return { context, config, target, declared, options, canDeclare: kept === undefined }
  }
  context.out.note(
    drizzle === undefined
      ? 'No database is named: none is adopted. --url or DATABASE_URL name one.'
      : `${basename(drizzle.file)} names no database (is an environment variable not set?): none is adopted. --url or DATABASE_URL name one.`,
  )
  return undefined
}

async function nameOf(target: Target): Promise<string> {
  const { describeTarget } = await import('../../db/index.ts')
  return describeTarget(target)
}

function tellFound({ out }: CommandContext, project: Project, declared: DeclaredSchema | undefined): void {
  const { root, drizzle, config, kept } = project
  if (kept !== undefined) out.print(`${relative(root, kept)} is there already and stays as it is.`)
  if (project.isNew) {
    out.print('There are no declarations and no drizzle.config.ts here: a new project, with an example.')
    return
  }
  const from = drizzle === undefined ? '' : `${basename(drizzle.file)}: `
  const casing = config.casing === undefined ? '' : `, casing ${config.casing}`
  const where = config.schema.map((path) => relative(root, path)).join(', ')
  out.print(`${from}${counted(declared?.tables.length ?? 0, 'table')} in ${where}${casing}`)
  const only = [...config.only.schemas, ...config.only.tables].filter((text) => text !== '!drizzle')
  if (only.length > 0) out.print(`Of the database only: ${only.join(', ')}`)
}

function tellDatabase({ out }: CommandContext, { adoption, differences, left }: Adopted): void {
  const { yellow } = out.colors
  if (adoption.kind === 'none') {
    out.print(`The database is not adopted: ${adoption.why}.`)
    return
  }
  out.print(
    `The database has ${counted(adoption.tables, 'table')}. Its state becomes the first migration, ${adoption.migration.name} (${counted(adoption.statements, 'statement')}), recorded as applied and not run.`,
  )
  for (const what of left) out.note(yellow(`Not in the first migration: ${what}`))
  if ('unknown' in differences)
    out.note(yellow(`The declarations were not compared with the database: ${differences.unknown}.`))
  else if (differences.length === 0) out.print('The database is what the declarations say.')
  else {
    out.print(`The database differs from the declarations in ${counted(differences.length, 'place')}:`)
    printDrift(out, differences)
    out.print(
      'What to do about it: gigarow diff shows the SQL that would bring the database to the declarations.',
    )
  }
}

function labelsOf(undeclared: Adoptable | undefined): readonly string[] {
  const { extensions = [], objects = [] } = undeclared ?? {}
  return [...extensions.map(({ name }) => `extension ${name}`), ...objects.map(({ label }) => label)]
}

interface Told {
  readonly undeclared: Adoptable
  readonly project: Project
}

function tellUndeclared({ out }: CommandContext, { undeclared, project }: Told): void {
  const list = [...undeclared.counts].map(([kind, n]) => counted(n, kind)).join(', ')
  const file = project.files.find(({ path }) => path.startsWith('gigarow/objects.'))
  out.print(
    file === undefined
      ? `No declaration names ${list}: the next gigarow generate would drop them, when that is allowed. Declare them with sqlObject().`
      : `No declaration names ${list}: they are declared in ${file.path}, so that no migration drops them.`,
  )
}

async function write({ root, files }: Project): Promise<void> {
  for (const { path, text } of files) {
    await mkdir(dirname(join(root, path)), { recursive: true })
    // Somebody may have been faster than the question was answered.
    await writeFile(join(root, path), text, { flag: 'wx' })
  }
}

function nextSteps({ isNew, missing }: Project, adopted: Adopted | undefined): readonly string[] {
  const install = missing.length === 0 ? [] : [`npm install ${missing.join(' ')}`]
  if (isNew)
    return [...install, 'gigarow generate', 'gigarow migrate up', 'gigarow seed --profile events --rows 100k']
  if (adopted === undefined) return [...install, 'gigarow migrate status']
  if (adopted.adoption.kind === 'none') return install
  return [
    ...install,
    'gigarow drift',
    'gigarow generate <name>, after a change of the declarations',
    'gigarow migrate up',
  ]
}

interface Finish {
  readonly written: readonly string[]
  readonly next: readonly string[]
  readonly dryRun: boolean
}

function finish({ out }: CommandContext, { written, next, dryRun }: Finish): void {
  if (dryRun) out.note(out.colors.dim('Dry run: nothing was changed.'))
  else if (written.length === 0) out.print('Nothing to write.')
  else out.print('Done; no file that was there was touched.')
  if (next.length > 0) out.note(`Next:\n${next.map((step) => `  ${step}`).join('\n')}`)
}

function counted(n: number, what: string): string {
  return `${n} ${n === 1 ? what : what.replace(/(?<=[^aeiou])y$/, 'ie').concat('s')}`
}
