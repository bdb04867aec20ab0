import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { onSignals, type Signals } from '../../../src/cli/signals.ts'

let signals: Signals
let said: string[]
const exit = vi.spyOn(process, 'exit').mockImplementation(() => undefined as never)

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['performance'] })
  exit.mockClear()
  said = []
  signals = onSignals((text) => said.push(text))
})

afterEach(() => {
  signals.dispose()
  vi.useRealTimers()
})

test.each(['SIGINT', 'SIGTERM'] as const)(
  'the first %s asks the command to stop and says how to leave at once',
  (name) => {
    process.emit(name)
    expect(signals.signal.aborted).toBe(true)
    expect(said).toEqual(['Stopping; once more to leave at once.'])
    expect(exit).not.toHaveBeenCalled()
  },
)

test('a Ctrl-C that npm run or timeout passes on is not a second one', () => {
  process.emit('SIGINT')
  vi.advanceTimersByTime(499)
  process.emit('SIGINT')
  expect(exit).not.toHaveBeenCalled()
})

test('a second one, later, leaves at once', () => {
  process.emit('SIGINT')
  vi.advanceTimersByTime(500)
  process.emit('SIGINT')
  expect(exit).toHaveBeenCalledWith(130)
})

test('nothing listens any more after the command', () => {
  const before = process.listenerCount('SIGINT')
  signals.dispose()
  expect(process.listenerCount('SIGINT')).toBe(before - 1)
})
