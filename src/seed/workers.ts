import { Worker } from 'node:worker_threads'
import { GigarowError } from '../kernel/index.ts'
import type { ThreadError, WorkerMessage, WorkerTask } from './worker-protocol.ts'

/** Tests run this module as TypeScript, which Node 20 cannot start a thread from: they use the compiled worker. */
const ENTRY = import.meta.url.endsWith('.ts')
  ? new URL('../../dist/seed/worker.js', import.meta.url)
  : new URL('./worker.js', import.meta.url)

/** A young generation of 4 MB is enough for code that allocates next to nothing; the default would grow to 48 MB a thread. */
const LIMITS = { maxYoungGenerationSizeMb: 4, maxOldGenerationSizeMb: 256 }

export interface RunWorkersOptions {
  readonly tasks: readonly WorkerTask[]
  readonly onMessage: (message: WorkerMessage) => void
  readonly signal: AbortSignal
}

/** Starts one thread for each task and waits for all. The first failure, or the signal, stops the others, which roll back. */
export async function runWorkers({ tasks, onMessage, signal }: RunWorkersOptions): Promise<void> {
  const workers = tasks.map((task) => new Worker(ENTRY, { workerData: task, resourceLimits: LIMITS }))
  let failure: unknown
  const stopAll = () => {
    for (const worker of workers) worker.postMessage('stop')
  }
  const fail = (error: unknown) => {
    if (failure === undefined) {
      failure = error
      stopAll()
    }
  }
  signal.addEventListener('abort', stopAll, { once: true })
  if (signal.aborted) stopAll()
  await Promise.all(
    workers.map(
      (worker) =>
        new Promise<void>((resolve) => {
          worker.on('message', (message: WorkerMessage) => {
            if (message.type === 'failed') fail(revive(message.error))
            else onMessage(message)
          })
          worker.on('error', fail)
          worker.on('exit', () => resolve())
        }),
    ),
  )
  signal.removeEventListener('abort', stopAll)
  if (failure !== undefined) throw failure
}

/** What the db module makes a user's error of: it looks at `code` and the server's fields. */
function revive(error: ThreadError): Error {
  if ('ours' in error) return GigarowError.fromJSON(error.ours)
  const { message, code, fields } = error
  return Object.assign(new Error(message), fields, code === undefined ? {} : { code })
}
