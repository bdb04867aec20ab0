import type { ClusterEvent } from '../cluster/index.ts'
import { type Emit, formatDuration } from '../kernel/index.ts'
import type { Output } from './output.ts'

/** One line on stderr for each thing that takes time or that one wants to know. */
export function clusterReporter(out: Output): Emit<ClusterEvent> {
  return (event) => {
    const text = describe(event)
    if (text !== undefined) out.note(out.colors.dim(text))
  }
}

function describe(event: ClusterEvent): string | undefined {
  switch (event.type) {
    case 'cluster.relocated':
      return `The user ${event.user}, who runs the server, cannot enter ${event.blocked}: data, socket and log are in ${event.home}.`
    case 'cluster.copying-binaries':
      return `Copying PostgreSQL's programs to ${event.to} …`
    case 'cluster.initializing':
      return `Making a PostgreSQL ${event.version} data directory in ${event.dataDir} (user ${event.user}) …`
    case 'cluster.port-changed':
      return `Port ${event.from} is taken by another program; using ${event.to} from now on.`
    case 'cluster.waiting':
      return event.reason === 'recovery'
        ? 'The server recovers from a crash or a kill; this may take a while …'
        : 'Waiting for processes of the killed server to end …'
    case 'cluster.started':
      return `Started the embedded server on port ${event.port} in ${formatDuration(event.ms)}.`
    case 'cluster.stopped':
      return `Stopped the embedded server in ${formatDuration(event.ms)}.`
    case 'cluster.deleted':
      return `Deleted ${event.dataDir}.`
    case 'cluster.starting':
    case 'cluster.stopping':
      return undefined
  }
}
