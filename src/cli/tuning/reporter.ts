import { type Emit, formatDuration } from '../../kernel/index.ts'
import type { TuningEvent, WorkingSession } from '../../tuning/index.ts'
import type { Output } from '../output.ts'

/** What takes time, and what one would not expect, as lines on stderr; the settings themselves are the result. */
export function tuningReporter(out: Output): Emit<TuningEvent> {
  return (event) => {
    const text = describe(event)
    if (text !== undefined) out.note(out.colors.dim(text))
  }
}

function describe(event: TuningEvent): string | undefined {
  switch (event.type) {
    case 'tuning.draining':
      return `Waiting up to ${formatDuration(event.limitMs)} for sessions to finish their work:\n${sessionLines(event.sessions)}`
    case 'tuning.restarting':
      return event.byHand
        ? `Restart the server now, for ${event.settings.join(', ')}: this command goes on as soon as it is back (Ctrl-C leaves it for later).`
        : `Restarting the server for ${event.settings.join(', ')} …`
    case 'tuning.offline':
      return `The server does not start: putting the settings back in ${event.dataDirectory}/postgresql.auto.conf …`
    case 'tuning.synced':
      return 'The disks are up to date again (sync, checkpoint).'
    case 'tuning.undoing':
      return `Putting back what was changed, because: ${event.reason}`
    case 'tuning.conflict':
      return `${event.name} is not ours any more (we set ${event.ours}, now ${event.now ?? 'unset'}): left alone.`
    case 'tuning.note':
      return event.text
    default:
      return undefined
  }
}

/** Who works on the server, one a line. */
export function sessionLines(sessions: readonly WorkingSession[]): string {
  return sessions
    .map((s) => {
      const where = `${s.user ?? '?'}@${s.database ?? '?'}`
      return `  pid ${s.pid} ${where} ${s.application} (${s.state}): ${s.query.replaceAll(/\s+/g, ' ')}`
    })
    .join('\n')
}
