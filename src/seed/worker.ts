import { parentPort, workerData } from 'node:worker_threads'
import { explainDbError } from '../db/index.ts'
import { copyTables } from './copy-worker.ts'
import { verifyUnits } from './verify-worker.ts'
import type { WorkerCommand, WorkerMessage, WorkerTask } from './worker-protocol.ts'

// A thread of a load: imports nothing but generators and the COPY connection, which keeps it at a few megabytes.
const task = workerData as WorkerTask
const port = parentPort!
const stop = new AbortController()
port.on('message', (command: WorkerCommand) => {
  if (command === 'stop') stop.abort()
})

const tell = (message: WorkerMessage) => port.postMessage(message)
const doing = task.kind === 'fill' ? 'loading rows' : 'verifying rows'
try {
  await (task.kind === 'fill'
    ? copyTables(task, { tell, signal: stop.signal })
    : verifyUnits(task, { tell, signal: stop.signal }))
} catch (error) {
  if (!stop.signal.aborted)
    tell({ type: 'failed', error: explainDbError(error, task.target, doing).toJSON() })
} finally {
  port.close()
}
