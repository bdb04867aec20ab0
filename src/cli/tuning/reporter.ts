import type { Emit } from '../../kernel/index.ts'
import type { TuningEvent } from '../../tuning/index.ts'
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
    case 'tuning.restarting':
      return `Restarting the server for ${event.settings.join(', ')} …`
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
