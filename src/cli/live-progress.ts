import { createLogUpdate } from 'log-update'
import type { Output } from './output.ts'

/** A terminal is redrawn ten times a second; a file or a pipe gets a line every ten seconds. */
const REDRAW_MS = 100
const PLAIN_LINE_MS = 10_000
/** "Now" is the average of the last three seconds. */
const WINDOW_MS = 3_000
const BAR_WIDTH = 24

/** One line that tells how far something is, redrawn in place on a terminal; lines that stay go above it. Nothing with --json. */
export class LiveProgress {
  readonly live: boolean
  readonly #out: Output
  readonly #describe: (now: number) => string | undefined
  readonly #draw: ReturnType<typeof createLogUpdate> | undefined
  readonly #timer: NodeJS.Timeout
  #lastLine = performance.now()

  /** `describe`: undefined when there is nothing to tell. */
  constructor(out: Output, describe: (now: number) => string | undefined) {
    this.live = out.live
    this.#out = out
    this.#describe = describe
    this.#draw = out.live ? createLogUpdate(out.stderr) : undefined
    this.#timer = setInterval(() => this.#tick(), out.live ? REDRAW_MS : 1_000)
    this.#timer.unref()
  }

  /** A line that stays. */
  line(text: string): void {
    this.#draw?.clear()
    this.#out.note(text)
    this.rest()
  }

  /** The next plain line comes a while from now. */
  rest(): void {
    this.#lastLine = performance.now()
  }

  /** Takes the live line away; also after a failure. */
  stop(): void {
    clearInterval(this.#timer)
    this.#draw?.clear()
  }

  #tick(): void {
    const now = performance.now()
    const text = this.#out.json ? undefined : this.#describe(now)
    if (text === undefined) return
    if (this.#draw) this.#draw(text)
    else if (now - this.#lastLine >= PLAIN_LINE_MS) this.line(text)
  }
}

/** How fast something goes, since its start and at the moment. */
export class Meter {
  readonly #startedAt = performance.now()
  readonly #startDone: number
  #samples: { at: number; done: number }[] = []

  constructor(startDone: number) {
    this.#startDone = startDone
  }

  /** A second. */
  average(done: number, now: number): number {
    return rate({ at: this.#startedAt, done: this.#startDone }, { at: now, done })
  }

  /** A second; to be asked each time that a line is drawn. */
  recent(done: number, now: number): number {
    this.#samples = [...this.#samples.filter((s) => s.at > now - WINDOW_MS), { at: now, done }]
    const first = this.#samples[0]!
    return now - first.at > 500 ? rate(first, { at: now, done }) : this.average(done, now)
  }

  /** Milliseconds since its start. */
  elapsed(now: number): number {
    return now - this.#startedAt
  }
}

interface Sample {
  readonly at: number
  readonly done: number
}

function rate(from: Sample, to: Sample): number {
  return to.at > from.at ? ((to.done - from.done) / (to.at - from.at)) * 1000 : 0
}

export function bar(share: number): string {
  const full = Math.round(share * BAR_WIDTH)
  return '█'.repeat(full) + '░'.repeat(BAR_WIDTH - full)
}
