import type { Command, CommandContext, CommandInput } from '../command.ts'
import { withBoth } from '../diff/compare.ts'
import { printDrift } from '../diff/drift-report.ts'
import { SCRATCH_OPTIONS, scratchServer } from '../diff/scratch.ts'
import { resolveSource } from '../diff/sources.ts'

export const verifyCommand: Command = {
  name: 'verify',
  summary:
    'whether the migrations, from the first to the last, lead to what schema/ declares; exit code 4 when not',
  options: SCRATCH_OPTIONS.filter(({ flags }) => !flags.startsWith('--scratch <')),
  examples: ['gigarow verify', 'gigarow verify --json'],
  run,
}

async function run(context: CommandContext, { options }: CommandInput): Promise<number> {
  const [migrations, declared] = [
    await resolveSource(context, 'migrations'),
    await resolveSource(context, 'schema'),
  ]
  const { policies } = declared
  const scratch = await scratchServer(context, options, undefined)
  const sources = { from: migrations.source, to: declared.source, policies, scratch, ahead: 'leave' } as const
  const found = await withBoth(context, sources, async (from, to) => {
    const { findDrift } = await import('../../migrate/index.ts')
    return findDrift({
      live: from.catalog,
      expected: to.catalog,
      policies: [],
      words: WORDS,
      now: Date.now(),
    })
  })
  context.out.document({ differences: found })
  if (found.length > 0) printDrift(context.out, found)
  else
    context.out.print(
      `The migrations (${migrations.source.label}) lead to what is declared (${declared.source.label}).`,
    )
  return found.length === 0 ? 0 : 4
}

const WORDS = {
  added: 'is made by the migrations and not declared',
  missing: 'is declared and not made by the migrations',
}
