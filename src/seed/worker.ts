import { parentPort, workerData } from 'node:worker_threads'
import { isGigarowError } from '../kernel/index.ts'
import { copyTables } from './copy-worker.ts'
import { verifyUnits } from './verify-worker.ts'
import type { ThreadError, WorkerCommand, WorkerMessage, WorkerTask } from './worker-protocol.ts'

// A thread of a load: imports nothing but generators and the COPY connection, which keeps its start and its memory small.
const task = workerData as WorkerTask
const port = parentPort!
const stop = new AbortController()
port.on('message', (command: WorkerCommand) => {
  if (command === 'stop') stop.abort()
})

const tell = (message: WorkerMessage) => port.postMessage(message)
try {
  await (task.kind === 'fill'
    ? copyTables(task, { tell, signal: stop.signal })
    : verifyUnits(task, { tell, signal: stop.signal }))
} catch (error) {
  if (!stop.signal.aborted) tell({ type: 'failed', error: plain(error) })
} finally {
  port.close()
}

function plain(error: unknown): ThreadError {
  if (isGigarowError(error)) return { ours: error.toJSON() }
  const { message = String(error), code, ...rest } = error as Error & Record<string, unknown>
  const fields = Object.entries(rest).filter(
    (entry): entry is [string, string] => typeof entry[1] === 'string',
  )
  return { message, ...(typeof code === 'string' ? { code } : {}), fields: Object.fromEntries(fields) }
}
