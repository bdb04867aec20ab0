import type { Filter } from './filter/condition.ts'

/** What an import tells while it runs. */
export type ImportEvent =
  /** Files are read once to find where records end. */
  | { readonly type: 'split.started'; readonly bytes: number }
  | { readonly type: 'split.progress'; readonly bytes: number }
  | {
      readonly type: 'run.started'
      readonly run: number
      readonly table: string
      readonly files: number
      readonly chunks: number
      /** Of the files, and what of that an earlier attempt has done. */
      readonly bytes: number
      readonly doneBytes: number
      readonly doneRows: number
      readonly jobs: number
      readonly filter: Pick<Filter, 'text' | 'where'> | undefined
      readonly resumed: boolean
    }
  /** What has come since the last one; less than nothing when a chunk is done again. */
  | { readonly type: 'progress'; readonly bytes: number; readonly rows: number }
  | {
      readonly type: 'chunk.finished'
      readonly chunk: number
      readonly rows: number
      readonly seconds: number
    }
  | {
      readonly type: 'row.rejected'
      readonly file: string
      readonly line: number
      readonly column: string | undefined
      readonly reason: string
    }
  | { readonly type: 'notice'; readonly message: string }
  | { readonly type: 'verify.started' }
  | { readonly type: 'run.finished'; readonly run: number; readonly seconds: number }
