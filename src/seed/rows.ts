import { ident } from '../kernel/index.ts'
import { newBytes, OVERRUN } from './bytes.ts'
import { whereOf } from './errors.ts'
import { fuseHashes, fuseWriters } from './fuse.ts'
import { compileGenerator } from './generators/index.ts'
import { Once } from './once.ts'
import { type PgType, parsePgType } from './pg-type.ts'
import type { TableFill } from './profile.ts'
import type { RowHash } from './row-hash.ts'
import { blockOf } from './stream.ts'
import { type Codec, codecOf, compileColumn, type Encoder } from './types/index.ts'

export { checksumOfSum, RowHash } from './row-hash.ts'
export { BLOCK_ROWS, blockOf } from './stream.ts'

/** The rows of one table in one block of 2^32 rows: pure functions of the row's number. */
export interface RowTwin {
  readonly columnNames: readonly string[]
  /** The longest that a row may be. */
  readonly maxRowBytes: number
  /**
   * Writes `count` rows, the first being row `i`, as tuples of binary COPY at `pos`, where maxRowBytes are free for each; returns
   * the position behind them.
   */
  encode(rows: { readonly i: number; readonly count: number }, out: DataView, pos: number): number
  /** The same for the rows whose numbers within the block are these, as signed 32-bit integers. */
  encodeThese(lows: Int32Array, out: DataView, pos: number): number
  /** Adds the row's checksum to a sum that does not depend on the order. */
  hashInto(i: number, sum: RowHash): void
  /** Each column as the server prints it (TimeZone UTC, DateStyle ISO); null is null. */
  text(i: number): (string | null)[]
}

interface Column {
  readonly name: string
  readonly codec: Codec
  readonly encoder: Encoder
  readonly isNull: ((low: number) => boolean) | undefined
}

export interface CompileOptions {
  readonly seed: number
  /** blockOf(i) of every row that is asked for. */
  readonly block: number
}

/** Throws SEED_INVALID and SEED_TYPE_UNSUPPORTED. */
export function compileRows(fill: TableFill, options: CompileOptions): RowTwin {
  const columns = compileColumns(fill, options)
  const { length } = columns
  const maxRowBytes = columns.reduce((sum, column) => sum + 4 + column.encoder.maxBytes, 2 + OVERRUN)
  const write = fuseWriters(columns.map(({ encoder, isNull }) => ({ write: encoder.write, isNull })))
  const addHashes = fuseHashes(columns.map(({ codec }) => codec.hash))
  const scratch = newBytes(maxRowBytes)
  return {
    columnNames: columns.map((column) => column.name),
    maxRowBytes,
    encode: ({ i, count }, out, pos) => write.range(i | 0, count, out, pos),
    encodeThese: write.list,
    hashInto(i, sum) {
      write.range(i | 0, 1, scratch, 0)
      addHashes(scratch, sum)
    },
    text(i) {
      write.range(i | 0, 1, scratch, 0)
      return cellsOf(scratch, length).map((cell, k) =>
        cell === null ? null : columns[k]!.codec.text(scratch, cell.pos, cell.length),
      )
    },
  }
}

interface Cell {
  readonly pos: number
  readonly length: number
}

/** Reads an encoded tuple back: where each value stands, null for nulls. */
function cellsOf(bytes: DataView, count: number): (Cell | null)[] {
  const cells: (Cell | null)[] = []
  for (let k = 0, pos = 2; k < count; k++) {
    const length = bytes.getInt32(pos)
    cells.push(length < 0 ? null : { pos: pos + 4, length })
    pos += 4 + Math.max(length, 0)
  }
  return cells
}

function compileColumns(
  fill: TableFill,
  { seed, block }: CompileOptions,
  once = new Once(),
): readonly Column[] {
  const table = `${fill.table.schema}.${fill.table.name}`
  const shared = new Map<string, unknown>()
  return fill.columns.map((column) => {
    const { name, generator } = column
    const where = whereOf(table, column)
    const source = compileGenerator(generator, {
      where,
      seed,
      rows: fill.rows,
      offset: fill.offset ?? 0,
      block,
      path: [name],
      row: 'i',
      once: (expression) => once.add(expression),
      shared,
    })
    return { name, ...compileColumn(source, where), isNull: source.isNull }
  })
}

export interface KeyColumnTwin {
  readonly type: PgType
  readonly encoder: Encoder
  readonly isNull: ((low: number) => boolean) | undefined
}

/** Some of the columns alone, in the order of `names`: what a row is routed by. Each must be one of the fill's. */
export function compileSome(
  fill: TableFill,
  names: readonly string[],
  options: CompileOptions,
): KeyColumnTwin[] {
  const columns = names.map((name) => fill.columns.find((column) => column.name === name)!)
  return compileColumns({ ...fill, columns }, options).map(({ encoder, isNull }, k) => ({
    type: parsePgType(whereOf(fill.table.name, columns[k]!)),
    encoder,
    isNull,
  }))
}

export interface SelectRange {
  readonly seed: number
  /** The first and the last row, in one block. */
  readonly lo: number
  readonly hi: number
}

/** A query for the rows lo to hi: the columns in the fill's order, of the columns' types. The set-returning function
 * stands in the select list, where its rows are not kept in a temporary file. */
export function selectSql(fill: TableFill, { seed, lo, hi }: SelectRange): string {
  const block = blockOf(lo)
  if (blockOf(hi) !== block) throw new RangeError(`rows ${lo} to ${hi} lie in two blocks of 2^32 rows`)
  const once = new Once()
  const columns = compileColumns(fill, { seed, block }, once)
  const list = columns.map(({ name, encoder }) => `${encoder.sql} as ${ident(name)}`)
  const rows = once.around(`(select generate_series(${lo}::bigint, ${hi}::bigint) as i) s`)
  return `select ${list.join(', ')} from ${rows}`
}

/** int8 expression over the filled columns of `alias`: the checksum that hashInto() adds. PostgreSQL 14 and later. */
export function rowHashSql(fill: TableFill, alias: string): string {
  const columns = fill.columns.map((column) => {
    const where = whereOf(`${fill.table.schema}.${fill.table.name}`, column)
    return codecOf(where).hashSql(ident(alias, column.name))
  })
  return `hash_record_extended(row(${columns.join(', ')}), 0)`
}
