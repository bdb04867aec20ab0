/** Types of elements by their numbers on the wire: length and alignment; all others are of no fixed length. */
const FIXED: ReadonlyMap<number, readonly [length: number, align: number]> = new Map([
  [16, [1, 1]],
  [20, [8, 8]],
  [21, [2, 2]],
  [23, [4, 4]],
  [700, [4, 4]],
  [701, [8, 8]],
  [1082, [4, 4]],
  [1083, [8, 8]],
  [1114, [8, 8]],
  [1184, [8, 8]],
  [1186, [16, 8]],
  [2950, [16, 1]],
])

const NUMERIC = 1700

/** Dimensions, offset of the data, type; behind them length and first index of each dimension. The header of four bytes is not counted. */
const EMPTY = 12
const HEADER = 20

/** Bytes of an array as it is stored (src/include/utils/array.h), without its header, of what COPY sends: elements have whole headers there. */
export function arrayBytes(cell: Uint8Array): number {
  const view = new DataView(cell.buffer, cell.byteOffset, cell.byteLength)
  if (view.getInt32(0) === 0) return EMPTY
  const type = view.getInt32(8)
  const fixed = FIXED.get(type)
  const count = view.getInt32(12)
  const nulls = view.getInt32(4) === 0 ? 0 : Math.ceil((HEADER + 4 + count / 8) / 8) * 8 - HEADER - 4
  let end = HEADER + nulls
  for (let k = 0, at = HEADER; k < count; k++) {
    const length = view.getInt32(at)
    at += 4 + Math.max(0, length)
    if (length < 0) continue
    // A number is sent with six bytes more than are stored.
    const [size, align] = fixed ?? [4 + length - (type === NUMERIC ? 6 : 0), 4]
    // Places are counted from the header's first byte.
    end = Math.ceil((end + 4) / align) * align - 4 + size
  }
  return end
}

/** The elements' own bytes, without the nulls: what a GIN index files an array under. */
export function arrayElements(cell: Uint8Array): Uint8Array[] {
  const view = new DataView(cell.buffer, cell.byteOffset, cell.byteLength)
  if (view.getInt32(0) === 0) return []
  const elements: Uint8Array[] = []
  for (let k = 0, at = HEADER; k < view.getInt32(12); k++) {
    const length = view.getInt32(at)
    if (length >= 0) elements.push(cell.subarray(at + 4, at + 4 + length))
    at += 4 + Math.max(0, length)
  }
  return elements
}
