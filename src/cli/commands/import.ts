import { availableParallelism } from 'node:os'
import type { Database, Target } from '../../db/index.ts'
import type { Command, CommandContext, CommandInput } from '../command.ts'
import { type ImportFlags, refuseCombinations, rejectsOf, requestOf, tableOf } from '../import/flags.ts'
import { integer } from '../integer.ts'
import { TUNING_OPTIONS } from '../tuning/options.ts'

export const importCommand: Command = {
  name: 'import',
  args: '[files...]',
  summary: 'put the rows of CSV files into a table, each exactly once',
  options: [
    { flags: '--into <table>', description: 'the table, or schema.table; partitioned ones, too' },
    {
      flags: '--columns <names>',
      description: 'the files have no header line: their columns in this order, separated by commas',
    },
    {
      flags: '--delimiter <character>',
      description: 'what separates fields (default: a comma); tab for tabs',
    },
    { flags: '--null <text>', description: 'an unquoted field of this text is null (default: an empty one)' },
    { flags: '--encoding <name>', description: 'of the files, as PostgreSQL calls it (default: UTF8)' },
    {
      flags: '--where <condition>',
      description:
        'SQL that says which rows are wanted; what compares columns with constants is judged here, before anything is sent',
    },
    {
      flags: '--where-in <column=file>',
      description: 'only rows whose column has one of the values of a file, a value a line',
    },
    {
      flags: '--on-duplicate <what>',
      description:
        'a row whose key is there already: error refuses it (the default), skip leaves it out, update takes its values',
      choices: ['error', 'skip', 'update'],
    },
    {
      flags: '--key <columns>',
      description: 'the unique key for --on-duplicate, separated by commas; default: the primary key',
    },
    {
      flags: '--rejects <file>',
      description: 'note rows that the server refuses (file, line, column, reason) and go on',
    },
    { flags: '--max-rejects <n>', description: 'how many rows may be refused; one more stops the import' },
    {
      flags: '--jobs <n>',
      description:
        'sessions that import at the same time; default: seed.jobs of the configuration, else the number of CPUs; with --on-duplicate update 1',
    },
    {
      flags: '--chunk-size <size>',
      description:
        'bytes of a file that are committed together, such as 4MB; default: 1 to 16 MB by the size of the files',
    },
    { flags: '--resume', description: 'go on with an import that stopped' },
    {
      flags: '--abandon',
      description: 'give up an import into the table that stopped, keep what it imported, and begin this one',
    },
    { flags: '--again', description: 'import files that were imported into the table before' },
    { flags: '--dry-run', description: 'show what would be done, change nothing' },
    ...TUNING_OPTIONS,
  ],
  examples: [
    'gigarow import data/generation_*.csv --into generation_data',
    'gigarow import data/*.csv --into generation_data --where "generator_id in (3, 7)" --on-duplicate skip',
    'gigarow import data/*.csv.gz --into generation_data --where-in generator_id=wanted.txt',
    'gigarow import sales.csv --into shop.sales --delimiter ";" --rejects refused.csv --max-rejects 100',
    'gigarow import data/*.csv --into generation_data --dry-run',
    'gigarow import data/*.csv --into generation_data --tune bulk-safe',
    'gigarow import --resume',
  ],
  run: runImport,
}

async function runImport(context: CommandContext, { args, options }: CommandInput): Promise<number> {
  const flags = options as ImportFlags
  refuseCombinations(flags, args)
  const jobs = await jobsOf(context, flags)
  // A wrong flag is told before a server is started for it.
  const request = flags.resume ? undefined : await requestOf(context, { flags, files: args, jobs })
  const target = await context.target()
  const [{ withDatabase }, { planImport }] = await Promise.all([
    import('../../db/index.ts'),
    import('../../ingest/index.ts'),
  ])
  const connected = <T>(at: Target, use: (db: Database) => Promise<T>) =>
    withDatabase(at, { doing: 'importing', max: 3, applicationName: 'gigarow import' }, use)
  const planned = request && (await connected(target, (db) => planImport(db, request)))
  if (flags.dryRun && planned !== undefined) {
    const { dryRun } = await import('../import/dry-run.ts')
    return dryRun(context, planned, jobs)
  }
  const [{ withTuning }, { load }, { render }, { checkImport }] = await Promise.all([
    import('../tuning/during.ts'),
    import('../import/load.ts'),
    import('../import/report.ts'),
    import('../../ingest/index.ts'),
  ])
  const rejects = rejectsOf(flags, context.cwd)
  const given = { abandon: flags.abandon === true, again: flags.again === true, jobs, rejects }
  const check = planned && ((db: Database) => checkImport(db, planned, given))
  const into = flags.into === undefined ? undefined : tableOf(flags.into)
  const tuned = await withTuning(context, { options, target, doing: 'import', check }, (at) =>
    connected(at, (db) =>
      load(context, db, { ...given, planned, into, jobsGiven: flags.jobs !== undefined }),
    ),
  )
  return render(context, tuned.value, tuned.applied === undefined ? undefined : tuned)
}

/** One with update: of two rows with one key in different parts of the files the later one is to win. */
async function jobsOf(context: CommandContext, { jobs, onDuplicate }: ImportFlags): Promise<number> {
  if (jobs !== undefined) return integer(jobs, { flag: '--jobs', min: 1, max: 64 })
  if (onDuplicate === 'update') return 1
  return (await context.config()).seed.jobs ?? availableParallelism()
}
