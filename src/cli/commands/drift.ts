import type { Drift } from '../../migrate/index.ts'
import type { Command, CommandContext, CommandInput } from '../command.ts'
import { targetOf, withBoth } from '../diff/compare.ts'
import { printDrift } from '../diff/drift-report.ts'
import { SCRATCH_OPTIONS, scratchServer } from '../diff/scratch.ts'
import { database, declaredPolicies, resolveSource } from '../diff/sources.ts'

export const driftCommand: Command = {
  name: 'drift',
  summary:
    'how the database differs from the migrations, and what is wrong in it; exit code 4 when anything is found',
  options: [
    {
      flags: '--to <source>',
      description: 'what it should be: migrations, schema, a path or postgresql://…; default: migrations',
    },
    ...SCRATCH_OPTIONS,
  ],
  examples: ['gigarow drift', 'gigarow drift --to schema --json'],
  run,
}

async function run(context: CommandContext, { options }: CommandInput): Promise<number> {
  const live = await database(await context.target())
  const expected = await resolveSource(context, String(options.to ?? 'migrations'))
  const policies = expected.policies.length > 0 ? expected.policies : await declaredPolicies(context)
  const scratch = await scratchServer(context, options, targetOf(live.source))
  const sources = { from: live.source, to: expected.source, policies, scratch, ahead: 'leave' } as const
  const found = await withBoth(context, sources, async (from, to): Promise<readonly Drift[]> => {
    const { findDrift, findSequencesBehind, findSilentConstraints } = await import('../../migrate/index.ts')
    const input = { live: from.catalog, expected: to.catalog, policies, now: Date.now() }
    const silent = await findSilentConstraints(from.db)
    const meant = silent.length === 0 ? [] : await findSilentConstraints(to.db)
    return [
      ...findDrift(input),
      ...silent.filter(({ object }) => !meant.some((other) => other.object === object)),
      ...(await findSequencesBehind(from.db)),
    ]
  })
  context.out.document({ drift: found })
  if (found.length > 0) printDrift(context.out, found)
  else context.out.print(`No drift between ${live.source.label} and ${expected.source.label}.`)
  return found.length === 0 ? 0 : 4
}
