import { resolve } from 'node:path'
import { GigarowError } from '../../kernel/index.ts'
import type { Command, CommandContext, CommandInput } from '../command.ts'

export const reportCommand: Command = {
  name: 'report',
  args: '[id]',
  summary: 'print the report of a load again, the last one without an id',
  options: [
    { flags: '--list', description: 'the reports there are, newest first' },
    { flags: '--html <file>', description: 'write it as a page that needs nothing else' },
  ],
  examples: ['gigarow report', 'gigarow report seed-billion --html billion.html', 'gigarow report --list'],
  run,
}

async function run(context: CommandContext, { args, options }: CommandInput): Promise<number> {
  const { out, cwd } = context
  const { stateDir } = await context.config()
  const { listReports, put, readReport } = await import('../reports/files.ts')
  if (options.list === true) {
    const reports = listReports(stateDir)
    out.document({ reports })
    for (const id of reports) out.print(id)
    return 0
  }
  const report = readReport(stateDir, args[0])
  const { RENDERERS } = await import('../reports/renderers.ts')
  const renderer = RENDERERS[report.kind]
  if (renderer === undefined || report.format !== 1) {
    throw new GigarowError('REPORT_UNKNOWN', `Report ${report.id} was written by a newer gigarow.`, {
      facts: { id: report.id, kind: report.kind },
      hint: 'Upgrade gigarow: npm install gigarow@latest.',
    })
  }
  out.document(report)
  if (options.html === undefined) out.print(renderer.text(report, out))
  else {
    const path = resolve(cwd, String(options.html))
    put(path, renderer.html(report))
    out.print(`Written: ${String(options.html)}`)
  }
  return 0
}
