export interface Signals {
  readonly signal: AbortSignal
  dispose(): void
}

/** One Ctrl-C can arrive twice: from the terminal, and passed on by npm run or timeout. */
const ECHO_MS = 500

/** The first Ctrl-C (or SIGTERM) asks the command to stop cleanly; the second leaves at once, as kill -9 would. */
export function onSignals(note: (text: string) => void): Signals {
  const controller = new AbortController()
  let first = 0
  const listener = (name: NodeJS.Signals) => {
    if (controller.signal.aborted) {
      if (performance.now() - first < ECHO_MS) return
      process.exit(130)
    }
    first = performance.now()
    note('Stopping; once more to leave at once.')
    controller.abort(name)
  }
  process.on('SIGINT', listener)
  process.on('SIGTERM', listener)
  return {
    signal: controller.signal,
    dispose: () => {
      process.off('SIGINT', listener)
      process.off('SIGTERM', listener)
    },
  }
}
