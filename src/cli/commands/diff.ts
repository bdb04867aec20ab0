import { writeFile } from 'node:fs/promises'
import { relative, resolve } from 'node:path'
import type { DiffOptions, Plan, Rename } from '../../diff/index.ts'
import { formatDuration, GigarowError } from '../../kernel/index.ts'
import type { ApplyEvent, Proof, ScratchServer, SourceState } from '../../migrate/index.ts'
import { type Allowed, parseAllow } from '../allow.ts'
import type { Command, CommandContext, CommandInput } from '../command.ts'
import { confirm } from '../confirm.ts'
import { targetOf, withBoth } from '../diff/compare.ts'
import { ONLINE_TYPES } from '../diff/online-types.ts'
import { counted, proofText } from '../diff/proof-text.ts'
import { refusedError, refuseHazards, valueLossOf } from '../diff/refused.ts'
import { SCRATCH_OPTIONS, scratchServer } from '../diff/scratch.ts'
import { declaredPolicies, resolveSource } from '../diff/sources.ts'
import { noteUnmanaged } from '../diff/unmanaged.ts'
import { lockWaitingText } from '../lock-waiting.ts'
import type { Output } from '../output.ts'
import { highlightSql } from '../sql-text.ts'

export const diffCommand: Command = {
  name: 'diff',
  summary: 'the SQL that leads from one schema to another: declarations, migrations, .sql files, databases',
  options: [
    {
      flags: '--from <source>',
      description: 'schema, migrations, database, a path or postgresql://…; default: database',
    },
    { flags: '--to <source>', description: 'the same; default: schema' },
    { flags: '--out <file>', description: 'write the SQL to a file that psql can run' },
    {
      flags: '--rename <what...>',
      description: "what is the same under a new name: 'table public.old=public.new'",
    },
    ONLINE_TYPES,
    { flags: '--prove', description: 'carry the plan out on a scratch database first, with rows in it' },
    { flags: '--apply', description: 'carry the plan out on --from, a database; implies --prove' },
    { flags: '--no-prove', description: 'apply without a proof' },
    {
      flags: '--allow <dangers>',
      description:
        'dangers to accept with --apply, separated by commas: drop-column:public.orders.legacy, drop-column, or the kinds drop and lock',
    },
    ...SCRATCH_OPTIONS,
  ],
  examples: [
    'gigarow diff',
    'gigarow diff --from old.sql --to new.sql',
    'gigarow diff --from migrations --to schema --json',
    'gigarow diff --from database --to schema --apply --allow lock',
  ],
  run,
}

async function run(context: CommandContext, { options }: CommandInput): Promise<number> {
  const { assertRenames, declaredRenames, parseRenames } = await import('../diff/renames.ts')
  const allow = await parseAllow(options.allow)
  const settings = { ...settingsOf(options), allow, renames: parseRenames(options.rename) }
  const [from, to] = [
    await resolveSource(context, String(options.from ?? 'database')),
    await resolveSource(context, String(options.to ?? 'schema')),
  ]
  if (settings.apply && from.source.kind !== 'database') throw notADatabase(String(options.from))
  const scratch = await scratchServer(context, options, targetOf(from.source, to.source))
  const own = [...from.policies, ...to.policies]
  const policies = own.length > 0 ? own : await policiesFor(context, from.source, to.source)
  const ahead = from.source.kind === 'database' ? 'make' : 'leave'
  const sources = { from: from.source, to: to.source, policies, scratch, ahead } as const
  return withBoth(context, sources, (a, b) => {
    assertRenames(settings.renames, a.catalog, b.catalog)
    const renames = [...settings.renames, ...declaredRenames(to.renames, a.catalog)]
    return compare({ context, settings: { ...settings, renames }, scratch, from: a, to: b })
  })
}

/** Declarations say how the partitions of migrations go on. Files and foreign databases have nothing to do with them. */
function policiesFor(context: CommandContext, ...sources: readonly { readonly kind: string }[]) {
  return sources.some(({ kind }) => kind === 'migrations') ? declaredPolicies(context) : []
}

interface Settings {
  readonly apply: boolean
  readonly prove: boolean
  readonly allow: readonly Allowed[]
  readonly out: string | undefined
  readonly renames: readonly Rename[]
  readonly onlineTypes: boolean
}

function settingsOf(options: CommandInput['options']): Omit<Settings, 'renames' | 'allow'> {
  const apply = options.apply === true
  return {
    apply,
    // commander: true by --prove, false by --no-prove, else undefined.
    prove: options.prove === true || (apply && options.prove !== false),
    out: options.out === undefined ? undefined : String(options.out),
    onlineTypes: options.onlineTypes === true,
  }
}

interface Comparing {
  readonly context: CommandContext
  readonly settings: Settings
  readonly scratch: ScratchServer
  readonly from: SourceState
  readonly to: SourceState
}

async function compare(input: Comparing): Promise<number> {
  const { context, settings, from, to } = input
  const { out } = context
  const { diff, unmanaged } = await import('../../diff/index.ts')
  const { planJson } = await import('../../migrate/index.ts')
  const plan = diff(from.catalog, to.catalog, diffOptions(input))
  const others = unmanaged(from.catalog, to.catalog)
  noteUnmanaged(out, others, input)
  const document = { ...planJson(plan), unmanaged: others }
  if (plan.refusals.length > 0) return refused(out, plan, document)
  if (plan.statements.length === 0) {
    out.print(`No difference between ${from.source.label} and ${to.source.label}.`)
    out.document({ ...document, ...(settings.apply ? { applied: false } : {}) })
    return 0
  }
  await printPlan(input, plan)
  const proof = settings.prove ? await proveIt(input, plan) : undefined
  if (settings.apply) await applyIt(input, plan)
  out.document({
    ...document,
    ...(proof ? { proof } : {}),
    ...(settings.apply ? { applied: true } : {}),
  })
  return settings.apply ? 0 : 4
}

function diffOptions({ settings, from }: Comparing): DiffOptions {
  const { renames, allow, onlineTypes } = settings
  return { renames, onlineTypes, ...valueLossOf(from.catalog, allow) }
}

function refused(out: Output, plan: Plan, document: object): number {
  if (!out.json) throw refusedError(plan)
  out.document(document)
  return 3
}

async function printPlan({ context, settings, from, to }: Comparing, plan: Plan): Promise<void> {
  const { out, cwd } = context
  const { planText } = await import('../../migrate/index.ts')
  const text = planText(plan, [`From ${from.source.label} to ${to.source.label}.`])
  if (settings.out === undefined) return out.print(highlightSql(text, out.colors))
  const path = resolve(cwd, settings.out)
  await writeFile(path, text).catch((error: NodeJS.ErrnoException) => {
    throw new GigarowError('USAGE', `${path} cannot be written (${error.code}).`, {
      facts: { path },
      cause: error,
    })
  })
  out.print(
    `${out.colors.green('written')} ${relative(cwd, path)} (${counted(plan.statements.length, 'statement')})`,
  )
}

async function proveIt(input: Comparing, plan: Plan): Promise<Proof> {
  const { context, scratch, from, to } = input
  const { out, signal } = context
  const { prove } = await import('../../migrate/index.ts')
  const options = diffOptions(input)
  const proof = await prove({ from: from.catalog, to, plan, options, scratch, signal })
  out.note(await proofText(out, plan, proof))
  return proof
}

async function applyIt(input: Comparing, plan: Plan): Promise<void> {
  const { context, settings, from, to } = input
  refuseHazards(plan, { allow: settings.allow, what: 'The plan is not applied' })
  await confirm(context, `Carry out ${counted(plan.statements.length, 'statement')} on ${from.source.label}?`)
  const { applyPlan } = await import('../../migrate/index.ts')
  const { readCatalog } = await import('../../catalog/index.ts')
  const { diff } = await import('../../diff/index.ts')
  const { onlyOwn } = await import('../../model/index.ts')
  const { only } = await context.config()
  const texts = ({ statements }: Plan) => statements.map(({ sql }) => sql).join(';')
  await applyPlan(from.db, plan, {
    signal: context.signal,
    emit: (event) => render(context.out, event),
    check: async () => {
      const live = onlyOwn(await readCatalog(from.db), only, to.catalog.objects)
      const now = diff(live, to.catalog, diffOptions(input))
      if (texts(now) !== texts(plan)) throw stale(from.source.label)
    },
  })
  context.out.print(`${context.out.colors.green('applied')} ${counted(plan.statements.length, 'statement')}`)
}

function stale(label: string): GigarowError {
  return new GigarowError('APPLY_FAILED', `${label} was changed by somebody else after the plan was made.`, {
    hint: 'Nothing was changed. Run the same command again: it compares anew.',
  })
}

function notADatabase(from: string): GigarowError {
  return new GigarowError('USAGE', `--apply changes --from, and ${from} is no database.`, {
    facts: { from },
    hint: 'Write --from database or --from postgresql://…; --out writes the SQL to a file.',
  })
}

function render(out: Output, event: ApplyEvent): void {
  const { dim, yellow } = out.colors
  if (event.type === 'apply.statement') {
    const sql = event.sql.replaceAll(/\s+/g, ' ')
    out.note(dim(`  ${event.number} of ${event.of}: ${sql.slice(0, 100)}`))
  } else if (event.type === 'apply.done') {
    out.note(dim(`  done in ${formatDuration(event.ms)}`))
  } else if (event.type === 'migrate.recovered') {
    out.note(dim(`  ${event.step}. ${event.what}`))
  } else if (event.type === 'migrate.waiting') {
    const who = event.pid === null ? '' : ` (server process ${event.pid})`
    out.note(yellow(`waiting: another gigarow migrates this database${who}`))
  } else if (event.type === 'lock.waiting') out.note(yellow(lockWaitingText(event)))
}
