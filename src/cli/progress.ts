import { createLogUpdate } from 'log-update'
import { formatCount, formatDuration, formatRows } from '../kernel/index.ts'
import type { Phase, SeedEvent, Wait } from '../seed/index.ts'
import type { Output } from './output.ts'
import { PHASE_LABELS } from './seed/report.ts'
import { waiting } from './waits.ts'

/** A terminal is redrawn ten times a second; a file or a pipe gets a line every ten seconds. */
const REDRAW_MS = 100
const PLAIN_LINE_MS = 10_000
/** "Now" is the average of the last three seconds. */
const WINDOW_MS = 3_000
const BAR_WIDTH = 24

interface Current {
  readonly phase: Phase
  readonly total: number
  readonly unit: 'rows' | 'steps'
  readonly startDone: number
  readonly startedAt: number
  done: number
  detail: string
  /** Parts of steps that are worked on. */
  running: number
  waits: readonly Wait[]
  samples: { at: number; done: number }[]
}

/** Listens to a load: a live bar with rows/s and ETA on a terminal, plain lines elsewhere, nothing with --json. */
export class SeedProgress {
  readonly #out: Output
  readonly #draw: ReturnType<typeof createLogUpdate> | undefined
  readonly #timer: NodeJS.Timeout
  #current: Current | undefined
  #lastLine = performance.now()

  constructor(out: Output) {
    this.#out = out
    this.#draw = out.live ? createLogUpdate(out.stderr) : undefined
    this.#timer = setInterval(() => this.#tick(), out.live ? REDRAW_MS : 1_000)
    this.#timer.unref()
  }

  readonly listen = (event: SeedEvent): void => {
    switch (event.type) {
      case 'run.started':
        this.#line(
          `${event.resumed ? 'Resuming' : 'Loading'} profile ${event.profile}, ${formatCount(event.rows)} rows: filler ${event.filler}, ${event.jobs} sessions (run ${event.run})`,
        )
        break
      case 'phase.started':
        this.#current = {
          ...event,
          startDone: event.done,
          startedAt: performance.now(),
          detail: '',
          running: 0,
          waits: [],
          samples: [],
        }
        this.#lastLine = performance.now()
        break
      case 'phase.progress':
        if (this.#current)
          Object.assign(this.#current, { done: event.done, detail: event.detail ?? this.#current.detail })
        break
      case 'phase.detail':
        if (this.#current) Object.assign(this.#current, { detail: event.detail, running: event.running })
        break
      case 'phase.waits':
        if (this.#current) this.#current.waits = event.waits
        break
      case 'phase.finished':
        this.#finished(event)
        break
      case 'calibrated':
        for (const { table, sample, copy, sql } of event.tables)
          this.#line(
            `  ${table}, ${formatRows(sample)} rows a session: copy ${formatRows(copy)}/s, sql ${formatRows(sql)}/s`,
          )
        this.#line(`Filler ${event.filler}: ${event.reason}`)
        break
      case 'expected':
        this.#expected(event)
        break
      case 'notice':
        this.#line(`note: ${event.message}`)
        break
      default:
    }
  }

  #expected({ seconds, fromRun, limits }: Extract<SeedEvent, { type: 'expected' }>): void {
    const from = fromRun === undefined ? 'by a rule of thumb' : `as run ${fromRun} did`
    this.#line(`Expected: ${formatDuration(seconds * 1000)}, ${from}; what holds it up:`)
    for (const limit of limits) this.#line(`  ${limit}`)
  }

  /** Takes the live line away; also after a failure. */
  stop(): void {
    clearInterval(this.#timer)
    this.#draw?.clear()
    this.#current = undefined
  }

  #tick(): void {
    const current = this.#current
    if (!current || this.#out.json) return
    const now = performance.now()
    current.samples = [
      ...current.samples.filter((s) => s.at > now - WINDOW_MS),
      { at: now, done: current.done },
    ]
    if (this.#draw) this.#draw(this.#describe(current, now))
    else if (now - this.#lastLine >= PLAIN_LINE_MS) this.#line(this.#describe(current, now))
  }

  #describe(current: Current, now: number): string {
    const { cyan, dim } = this.#out.colors
    const share = current.total > 0 ? Math.min(1, current.done / current.total) : 0
    const label = PHASE_LABELS[current.phase].padEnd(16)
    const percent = `${Math.floor(share * 100)} %`.padStart(5)
    const head = this.#draw ? `${label} ${cyan(bar(share))} ${percent}` : `  ${label} ${percent}`
    if (current.unit === 'steps')
      return `${head}  ${current.done} of ${current.total}${stepsLeft(current, now)} ${dim(`${current.detail}${waiting(current.waits)}`)}`
    const average = rate(current.startDone, current.startedAt, current.done, now)
    const first = current.samples[0]
    const recent = first && now - first.at > 500 ? rate(first.done, first.at, current.done, now) : average
    const left =
      recent > 0 && share < 1
        ? `, ${formatDuration(((current.total - current.done) / recent) * 1000)} left`
        : ''
    return `${head}  ${formatRows(current.done)} of ${formatRows(current.total)} rows  ${formatRows(recent)}/s now, ${formatRows(average)}/s average${left} ${dim(waiting(current.waits))}`
  }

  #finished({ phase, seconds, rows }: Extract<SeedEvent, { type: 'phase.finished' }>): void {
    const current = this.#current
    this.#current = undefined
    const { green, dim } = this.#out.colors
    // After a resume the seconds are those of all attempts and so is the rate.
    const speed =
      current?.unit === 'rows' && rows > 0
        ? dim(`  ${formatRows(rows / Math.max(seconds, 0.001))} rows/s`)
        : ''
    this.#line(
      `${green('✓')} ${PHASE_LABELS[phase].padEnd(16)} ${formatDuration(seconds * 1000).padStart(10)}${speed}`,
    )
  }

  #line(text: string): void {
    this.#draw?.clear()
    this.#out.note(text)
    this.#lastLine = performance.now()
  }
}

function rate(fromDone: number, fromAt: number, done: number, now: number): number {
  return now > fromAt ? ((done - fromDone) / (now - fromAt)) * 1000 : 0
}

/** From what is done of the steps, those under way included. */
function stepsLeft({ done, running, total, startedAt }: Current, now: number): string {
  const part = (done + running) / Math.max(1, total)
  if (part <= 0.02 || part >= 1) return ''
  return `, about ${formatDuration(((now - startedAt) / part) * (1 - part))} left`
}

function bar(share: number): string {
  const full = Math.round(share * BAR_WIDTH)
  return '█'.repeat(full) + '░'.repeat(BAR_WIDTH - full)
}
