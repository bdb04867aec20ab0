import Table from 'cli-table3'

export interface TableOptions {
  readonly head: readonly string[]
  /** Columns to align to the right, by their place. */
  readonly right?: readonly number[]
  readonly rows: readonly (readonly string[])[]
}

const BARE = {
  top: '',
  'top-mid': '',
  'top-left': '',
  'top-right': '',
  bottom: '',
  'bottom-mid': '',
  'bottom-left': '',
  'bottom-right': '',
  left: '',
  'left-mid': '',
  mid: '',
  'mid-mid': '',
  right: '',
  'right-mid': '',
  middle: '  ',
}

/** A table without lines, for a terminal or a pipe alike: columns aligned, two spaces between them. */
export function renderTable({ head, right = [], rows }: TableOptions): string {
  const table = new Table({
    head: [...head],
    colAligns: head.map((_, i) => (right.includes(i) ? 'right' : 'left')),
    chars: BARE,
    style: { head: [], border: [], 'padding-left': 0, 'padding-right': 0 },
  })
  table.push(...rows.map((row) => [...row]))
  return table
    .toString()
    .split('\n')
    .map((line) => line.trimEnd())
    .join('\n')
}
