import { formatCount, formatDuration, formatRows } from '../kernel/index.ts'
import type { Phase, SeedEvent, Wait } from '../seed/index.ts'
import { bar, LiveProgress, Meter } from './live-progress.ts'
import { lockWaitingText } from './lock-waiting.ts'
import type { Output } from './output.ts'
import { PHASE_LABELS } from './seed/report.ts'
import { waiting } from './waits.ts'

interface Current {
  readonly phase: Phase
  readonly total: number
  readonly unit: 'rows' | 'steps'
  readonly meter: Meter
  done: number
  detail: string
  /** Parts of steps that are worked on. */
  running: number
  waits: readonly Wait[]
}

/** Listens to a load: a live bar with rows/s and ETA on a terminal, plain lines elsewhere, nothing with --json. */
export class SeedProgress {
  readonly #out: Output
  readonly #progress: LiveProgress
  #current: Current | undefined

  constructor(out: Output) {
    this.#out = out
    this.#progress = new LiveProgress(out, (now) => this.#current && this.#describe(this.#current, now))
  }

  readonly listen = (event: SeedEvent): void => {
    switch (event.type) {
      case 'run.started':
        this.#line(
          `${event.resumed ? 'Resuming' : 'Loading'} profile ${event.profile}, ${formatCount(event.rows)} rows: filler ${event.filler}, ${event.jobs} sessions (run ${event.run})`,
        )
        break
      case 'phase.started':
        this.#current = { ...event, meter: new Meter(event.done), detail: '', running: 0, waits: [] }
        this.#progress.rest()
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
      case 'lock.waiting':
        this.#line(`  ${lockWaitingText(event)}`)
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
    this.#progress.stop()
    this.#current = undefined
  }

  #describe(current: Current, now: number): string {
    const { cyan, dim } = this.#out.colors
    const share = current.total > 0 ? Math.min(1, current.done / current.total) : 0
    const label = PHASE_LABELS[current.phase].padEnd(16)
    const percent = `${Math.floor(share * 100)} %`.padStart(5)
    const head = this.#progress.live ? `${label} ${cyan(bar(share))} ${percent}` : `  ${label} ${percent}`
    if (current.unit === 'steps')
      return `${head}  ${current.done} of ${current.total}${stepsLeft(current, now)} ${dim(`${current.detail}${waiting(current.waits)}`)}`
    const average = current.meter.average(current.done, now)
    const recent = current.meter.recent(current.done, now)
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
    this.#progress.line(text)
  }
}

/** From what is done of the steps, those under way included. */
function stepsLeft({ done, running, total, meter }: Current, now: number): string {
  const part = (done + running) / Math.max(1, total)
  if (part <= 0.02 || part >= 1) return ''
  return `, about ${formatDuration((meter.elapsed(now) / part) * (1 - part))} left`
}
