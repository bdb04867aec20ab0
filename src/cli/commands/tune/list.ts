import type { Command } from '../../command.ts'

export const listCommand: Command = {
  name: 'list',
  summary: 'the profiles there are',
  examples: ['gigarow tune list'],
  run: async (context) => {
    const { allProfiles } = await import('../../tuning/profiles.ts')
    const { columns } = await import('../../tuning/render.ts')
    const found = await allProfiles((await context.config()).tuning)
    context.out.document(
      found.map(({ profile, file }) => ({
        name: profile.name,
        description: profile.description,
        file: file ?? null,
        settings: Object.keys(profile.settings),
      })),
    )
    context.out.print(
      columns(found.map(({ profile, file }) => [profile.name, profile.description, file ?? ''])),
    )
    return 0
  },
}
