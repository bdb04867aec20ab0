import { parseRows } from '../../kernel/index.ts'
import type { Command } from '../command.ts'
import { loadProfile, PROFILE_OPTIONS } from '../profiles.ts'

export const rowCommand: Command = {
  name: 'row',
  summary: 'print any row of a profile, computed without a database',
  args: '<table> <row>',
  options: PROFILE_OPTIONS,
  examples: [
    'gigarow row billion_rows 734112908 --profile billion',
    'gigarow row events 1 --profile events --json',
  ],
  async run({ config, out }, { args, options }) {
    const [table = '', number = ''] = args
    const row = parseRows(number)
    const profile = await loadProfile(await config(), options)
    const { computeRow } = await import('../../seed/index.ts')
    const computed = computeRow(profile, { table, row })
    const width = Math.max(...computed.columns.map(({ name }) => name.length))
    for (const { name, text } of computed.columns)
      out.print(`${out.colors.dim(name.padEnd(width))}  ${text ?? out.colors.dim('null')}`)
    out.document({
      table: computed.table,
      row: computed.row,
      columns: Object.fromEntries(computed.columns.map(({ name, value }) => [name, value])),
    })
    return 0
  },
}
