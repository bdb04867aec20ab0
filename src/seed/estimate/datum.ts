import type { PgTypeName } from '../pg-type.ts'
import { arrayBytes } from './array.ts'
import { jsonbBytes } from './jsonb.ts'

/** How values of a type lie in a tuple. Undefined length: a varlena. */
export interface Layout {
  readonly length: number | undefined
  /** 1, 2, 4 or 8: what the value's place is a multiple of. */
  readonly align: number
}

const FIXED: Partial<Record<PgTypeName, Layout>> = {
  int2: { length: 2, align: 2 },
  int4: { length: 4, align: 4 },
  int8: { length: 8, align: 8 },
  float4: { length: 4, align: 4 },
  float8: { length: 8, align: 8 },
  bool: { length: 1, align: 1 },
  date: { length: 4, align: 4 },
  time: { length: 8, align: 8 },
  timestamp: { length: 8, align: 8 },
  timestamptz: { length: 8, align: 8 },
  interval: { length: 16, align: 8 },
  uuid: { length: 16, align: 1 },
  enum: { length: 4, align: 4 },
}

const VARLENA: Layout = { length: undefined, align: 4 }

export function layoutOf(type: PgTypeName): Layout {
  return FIXED[type] ?? VARLENA
}

/** Bytes of a varlena's contents on disk, without its header, of the bytes that COPY sends. */
export function contentBytes(type: PgTypeName, cell: Uint8Array): number {
  // Sent: four words of two bytes before the digits. Stored: one, as long as weight and scale are small.
  if (type === 'numeric') return cell.length - 6
  if (type === 'jsonb') return jsonbBytes(JSON.parse(text.decode(cell.subarray(1))))
  if (type === 'array') return arrayBytes(cell)
  return cell.length
}

const text = new TextDecoder()

/** Behind a value of `bytes` of contents that begins at `pos`: short ones have a header of one byte and no alignment. */
export function placeVarlena(pos: number, bytes: number): number {
  return bytes + 1 <= 127 ? pos + 1 + bytes : alignTo(pos, 4) + 4 + bytes
}

export function placeFixed(pos: number, { length, align }: Layout): number {
  return alignTo(pos, align) + length!
}

export function alignTo(pos: number, size: number): number {
  return Math.ceil(pos / size) * size
}
