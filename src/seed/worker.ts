import { setFlagsFromString } from 'node:v8'
import { parentPort } from 'node:worker_threads'
import { isGigarowError } from '../kernel/index.ts'
import { copyTables } from './copy-worker.ts'
import { measureCopy } from './measure-worker.ts'
import { verifyUnits } from './verify-worker.ts'
import type { ThreadError, WorkerCommand, WorkerMessage, WorkerTask } from './worker-protocol.ts'

// A row is one function that calls a hundred small ones. How much of them the engine puts into it is limited to 920 bytes of
// bytecode: measured 660 instead of 500 ns for a row of events, 100 instead of 85 for one of billion_rows.
setFlagsFromString('--max-inlined-bytecode-size-cumulative=4000')

// A thread of a load: imports nothing but generators and the COPY connection, which keeps its start and its memory small.
const port = parentPort!
let stop = new AbortController()
port.on('message', (command: WorkerCommand) => {
  if (command === 'stop') stop.abort()
  else void work(command.task)
})

const tell = (message: WorkerMessage) => port.postMessage(message)

async function work(task: WorkerTask): Promise<void> {
  stop = new AbortController()
  const { signal } = stop
  try {
    const context = { tell, signal }
    if (task.kind === 'fill') await copyTables(task, context)
    else if (task.kind === 'verify') await verifyUnits(task, context)
    else await measureCopy(task, context)
  } catch (error) {
    if (!signal.aborted) tell({ type: 'failed', error: plain(error) })
  }
  tell({ type: 'ended' })
}

function plain(error: unknown): ThreadError {
  if (isGigarowError(error)) return { ours: error.toJSON() }
  const { message = String(error), code, ...rest } = error as Error & Record<string, unknown>
  const fields = Object.entries(rest).filter(
    (entry): entry is [string, string] => typeof entry[1] === 'string',
  )
  return { message, ...(typeof code === 'string' ? { code } : {}), fields: Object.fromEntries(fields) }
}
