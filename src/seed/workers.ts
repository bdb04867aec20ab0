import { Worker } from 'node:worker_threads'
import { GigarowError } from '../kernel/index.ts'
import type {
  ThreadError,
  WorkerCommand,
  WorkerMessage,
  WorkerReport,
  WorkerTask,
} from './worker-protocol.ts'

/**
 * Tests run this module as TypeScript, which Node 20 cannot start a thread from: they use the compiled worker. Compiled, this is in
 * a bundle in some folder of dist/.
 */
const ENTRY = new URL(
  import.meta.url.endsWith('.ts') ? '../../dist/seed/worker.js' : '../seed/worker.js',
  import.meta.url,
)

/** A young generation of 4 MB is enough for code that allocates next to nothing; the default would grow to 48 MB a thread. */
const LIMITS = { maxYoungGenerationSizeMb: 4, maxOldGenerationSizeMb: 256 }

export interface RunWorkersOptions {
  /** One for each thread. */
  readonly tasks: readonly WorkerTask[]
  readonly onMessage: (message: WorkerReport) => void
  readonly signal: AbortSignal
}

/** The threads of a load. They stay from phase to phase: what the engine has compiled stays, too. */
export interface WorkerPool {
  /**
   * Starts the threads, which takes 0.2 s: early, beside what the server does meanwhile. run() does it, too, where it was not done.
   */
  warm(): void
  /** Gives each thread a task and waits for all. The first failure, or the signal, stops the others, which roll back. */
  run(options: RunWorkersOptions): Promise<void>
  close(): Promise<void>
}

/** Nothing runs before warm() or run(); whoever opens it must close it. */
export function openWorkerPool(size: number): WorkerPool {
  let workers: readonly Worker[] = []
  const warm = () => {
    if (workers.length > 0) return
    workers = Array.from({ length: size }, () => new Worker(ENTRY, { resourceLimits: LIMITS }))
    // One that dies between two tasks is found by the next.
    for (const worker of workers) worker.on('error', () => {})
  }
  return {
    warm,
    run(options) {
      warm()
      return runTasks(workers, options)
    },
    async close() {
      await Promise.all(workers.map((worker) => worker.terminate()))
    },
  }
}

async function runTasks(
  workers: readonly Worker[],
  { tasks, onMessage, signal }: RunWorkersOptions,
): Promise<void> {
  let failure: unknown
  const tell = (worker: Worker, command: WorkerCommand) => worker.postMessage(command)
  const stopAll = () => {
    for (const worker of workers) tell(worker, 'stop')
  }
  const fail = (error: unknown) => {
    if (failure !== undefined) return
    failure = error
    stopAll()
  }
  const ended = workers.map((worker, k) => {
    const done = taskEnd(worker, { fail, onMessage })
    tell(worker, { task: tasks[k]! })
    return done
  })
  signal.addEventListener('abort', stopAll, { once: true })
  if (signal.aborted) stopAll()
  await Promise.all(ended)
  signal.removeEventListener('abort', stopAll)
  if (failure !== undefined) throw failure
}

interface Listener {
  readonly fail: (error: unknown) => void
  readonly onMessage: (message: WorkerReport) => void
}

function taskEnd(worker: Worker, { fail, onMessage }: Listener): Promise<void> {
  return new Promise((resolve) => {
    const end = () => {
      worker.off('message', listen).off('error', fail).off('exit', died)
      resolve()
    }
    const died = () => {
      fail(new Error('A thread of the load has ended unexpectedly.'))
      end()
    }
    const listen = (message: WorkerMessage) => {
      if (message.type === 'ended') end()
      else if (message.type === 'failed') fail(revive(message.error))
      else onMessage(message)
    }
    worker.on('message', listen).on('error', fail).on('exit', died)
    if (worker.threadId === -1) died()
  })
}

/** What the db module makes a user's error of: it looks at `code` and the server's fields. */
function revive(error: ThreadError): Error {
  if ('ours' in error) return GigarowError.fromJSON(error.ours)
  const { message, code, fields } = error
  return Object.assign(new Error(message), fields, code === undefined ? {} : { code })
}
