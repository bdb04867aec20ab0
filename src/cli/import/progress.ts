import type { ImportEvent } from '../../ingest/index.ts'
import { formatBytes, formatCount, formatDuration, formatRows } from '../../kernel/index.ts'
import { bar, LiveProgress, Meter } from '../live-progress.ts'
import type { Output } from '../output.ts'
import { filterText } from './filter-text.ts'

interface Current {
  readonly label: string
  readonly total: number
  readonly bytesMeter: Meter
  readonly rowsMeter: Meter | undefined
  bytes: number
  rows: number
}

/** Refused rows that are shown as they come; all are in the file of --rejects. */
const SHOWN_REJECTS = 5

/** Listens to an import: bytes of bytes, rows/s and what is left. */
export class ImportProgress {
  readonly #out: Output
  readonly #progress: LiveProgress
  #current: Current | undefined
  #rejects = 0

  constructor(out: Output) {
    this.#out = out
    this.#progress = new LiveProgress(out, (now) => this.#current && this.#describe(this.#current, now))
  }

  readonly listen = (event: ImportEvent): void => {
    switch (event.type) {
      case 'split.started':
        this.#begin({ label: 'find records', total: event.bytes, bytes: 0, rows: undefined })
        break
      case 'split.progress':
        if (this.#current) this.#current.bytes += event.bytes
        break
      case 'run.started':
        this.#started(event)
        break
      case 'progress':
        if (this.#current)
          Object.assign(this.#current, {
            bytes: this.#current.bytes + event.bytes,
            rows: this.#current.rows + event.rows,
          })
        break
      case 'row.rejected':
        this.#rejected(event)
        break
      case 'notice':
        this.#progress.line(`note: ${event.message}`)
        break
      case 'verify.started':
        this.#current = undefined
        break
      default:
    }
  }

  stop(): void {
    this.#progress.stop()
    this.#current = undefined
  }

  #started(event: Extract<ImportEvent, { type: 'run.started' }>): void {
    const { resumed, files, bytes, table, chunks, jobs, run, doneBytes, doneRows, filter } = event
    const what = `${files} ${files === 1 ? 'file' : 'files'}, ${formatBytes(bytes)}`
    this.#progress.line(
      `${resumed ? 'Resuming the import of' : 'Importing'} ${what} into ${table}: ${formatCount(chunks)} ${chunks === 1 ? 'part' : 'parts'}, ${jobs} ${jobs === 1 ? 'session' : 'sessions'} (import ${run})`,
    )
    if (filter !== undefined) this.#progress.line(filterText(filter))
    this.#begin({ label: 'import', total: bytes, bytes: doneBytes, rows: doneRows })
  }

  #begin({ label, total, bytes, rows }: BeginOptions): void {
    const rowsMeter = rows === undefined ? undefined : new Meter(rows)
    this.#current = { label, total, bytesMeter: new Meter(bytes), rowsMeter, bytes, rows: rows ?? 0 }
    this.#progress.rest()
  }

  #rejected({ file, line, column, reason }: Extract<ImportEvent, { type: 'row.rejected' }>): void {
    this.#rejects++
    if (this.#rejects > SHOWN_REJECTS) return
    const where = column === undefined ? '' : `, column ${column}`
    this.#progress.line(`refused: ${file}:${line}${where}: ${reason}`)
    if (this.#rejects === SHOWN_REJECTS)
      this.#progress.line('More refused rows are written to the file of --rejects.')
  }

  #describe(current: Current, now: number): string {
    const { cyan } = this.#out.colors
    const { label, total, bytes, rows, bytesMeter, rowsMeter } = current
    const share = total > 0 ? Math.max(0, Math.min(1, bytes / total)) : 0
    const percent = `${Math.floor(share * 100)} %`.padStart(5)
    const head = this.#progress.live
      ? `${label.padEnd(12)} ${cyan(bar(share))} ${percent}`
      : `  ${label.padEnd(12)} ${percent}`
    const speed = bytesMeter.recent(bytes, now)
    const left = speed > 0 && share < 1 ? `, ${formatDuration(((total - bytes) / speed) * 1000)} left` : ''
    const counted =
      rowsMeter === undefined
        ? ''
        : `  ${formatRows(rows)} rows, ${formatRows(rowsMeter.recent(rows, now))}/s now, ${formatRows(rowsMeter.average(rows, now))}/s average`
    return `${head}  ${formatBytes(bytes)} of ${formatBytes(total)}${counted}${left}`
  }
}

interface BeginOptions {
  readonly label: string
  readonly total: number
  readonly bytes: number
  readonly rows: number | undefined
}
