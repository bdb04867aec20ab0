export interface Signals {
  readonly signal: AbortSignal
  dispose(): void
}

/** The first Ctrl-C (or SIGTERM) asks the command to stop cleanly; the second leaves at once, as kill -9 would. */
export function onSignals(note: (text: string) => void): Signals {
  const controller = new AbortController()
  const listener = (name: NodeJS.Signals) => {
    if (controller.signal.aborted) process.exit(130)
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
