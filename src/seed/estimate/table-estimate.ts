import { displayName } from '../../kernel/index.ts'
import { whereOf } from '../errors.ts'
import { type PgTypeName, parsePgType } from '../pg-type.ts'
import type { TablePlan } from '../plan.ts'
import { arrayElements } from './array.ts'
import { varietyOf } from './bounds.ts'
import { contentBytes, layoutOf, placeFixed, placeVarlena } from './datum.ts'
import type { IndexFacts, TableFacts } from './facts.ts'
import { expectedDistinct, type FrequencyClass, frequencies } from './frequency.ts'
import { ginPages } from './gin.ts'
import { ginKeys, ginPaths, utf8Length } from './jsonb.ts'
import { leafShares } from './leaf-shares.ts'
import {
  brinPages,
  btreePages,
  forkPages,
  hashPages,
  heapPagesPerRow,
  heapTupleBytes,
  PAGE,
} from './pages.ts'
import type { Sample } from './sample.ts'

export interface IndexEstimate {
  readonly name: string
  readonly method: string
  readonly bytes: number
  /** Leaves that it stands on. */
  readonly leaves: number
  /** What is sorted for the largest of them: written into temporary files when the memory does not hold it. */
  readonly sortBytes: number
  /** Keys that the builds of all of them put in: of GIN several for each row. */
  readonly keys: number
}

export interface TableEstimate {
  readonly table: string
  readonly rows: number
  /** The table itself, with its maps and what is moved out of wide rows. */
  readonly heapBytes: number
  readonly indexes: readonly IndexEstimate[]
  /** Bytes of WAL that the rows make; 0 for an unlogged table. */
  readonly walBytes: number
  /** What its relations take now. */
  readonly presentBytes: number
  readonly leaves: number
  readonly columns: number
  /** Of the table alone, without maps. */
  readonly rowBytes: number
}

export interface EstimateInput {
  readonly plan: TablePlan
  readonly facts: TableFacts
  readonly sample: Sample
  readonly builds: BuildFacts
}

/** How the server builds indexes. */
export interface BuildFacts {
  readonly version: number
  readonly maintenanceBytes: number
  readonly parallel: boolean
}

/** A row of the fill's columns whose values lie in the sample. */
interface Columns {
  readonly index: ReadonlyMap<string, number>
  readonly types: readonly PgTypeName[]
}

/** Enough for an average: a document is read for each. */
const SIZED_ROWS = 4000

/** Rows that are wider are compressed, or their values moved to a table beside it. */
const TOAST_FROM = 2032
const TOAST_POINTER = 18

export function estimateTable(input: EstimateInput): TableEstimate {
  const { plan, facts, sample } = input
  const columns = columnsOf(plan)
  const { tuples, toastPerRow } = tupleSizes(columns, input)
  const key = facts.partitionKey === undefined ? -1 : (columns.index.get(facts.partitionKey.column) ?? -1)
  const keyCells = key === -1 ? [] : Array.from({ length: sample.rows }, (_, k) => sample.cell(k, key))
  const shares = leafShares(key === -1 ? { ...facts, partitionKey: undefined } : facts, {
    type: columns.types[key] ?? 'int8',
    keys: keyCells,
  })
  const leaves = facts.leaves.map((leaf, k) => {
    const rows = plan.rows * shares[k]!
    const heap = Math.ceil(rows * heapPagesPerRow(tuples, leaf.fillfactor))
    const toast = leaf.toast ? PAGE + rows * toastPerRow : 0
    return { oid: leaf.oid, rows, heap, bytes: (heap + forkPages(heap)) * PAGE + toast, logged: leaf.logged }
  })
  const tupleBytes = tuples.reduce((sum, bytes) => sum + bytes, 0) / Math.max(1, tuples.length)
  const logged = leaves.filter((leaf) => leaf.logged).reduce((sum, leaf) => sum + leaf.rows, 0)
  return {
    table: displayName(plan.table),
    rows: plan.rows,
    heapBytes: sum(leaves.map((leaf) => leaf.bytes)),
    indexes: estimateIndexes(input, { columns, leaves }),
    walBytes: logged * (tupleBytes - 16 + toastPerRow),
    presentBytes: sum(facts.leaves.map((leaf) => leaf.bytes)),
    leaves: leaves.length,
    columns: plan.columns.length,
    rowBytes: tupleBytes + toastPerRow,
  }
}

function columnsOf(plan: TablePlan): Columns {
  const table = displayName(plan.table)
  return {
    index: new Map(plan.columns.map(({ name }, k) => [name, k])),
    types: plan.columns.map((column) => parsePgType(whereOf(table, column)).name),
  }
}

function tupleSizes(
  { index, types }: Columns,
  { facts, sample }: EstimateInput,
): { tuples: number[]; toastPerRow: number } {
  let moved = 0
  const sized = Math.min(sample.rows, SIZED_ROWS)
  const tuples = Array.from({ length: sized }, (_, k) => {
    const row = Math.floor((k * sample.rows) / sized)
    let pos = 0
    let hasNull = false
    let widest = 0
    for (const column of facts.columns) {
      const k = column.name === null ? undefined : index.get(column.name)
      const cell = k === undefined ? null : sample.cell(row, k)
      if (cell === null) {
        // Defaults that the profile does not fill are not known: as many bytes as the type has.
        if (k === undefined && column.name !== null && column.length > 0)
          pos = placeFixed(pos, { length: column.length, align: column.align })
        else hasNull = true
        continue
      }
      const type = types[k!]!
      const layout = layoutOf(type)
      if (layout.length !== undefined) pos = placeFixed(pos, layout)
      else {
        const bytes = contentBytes(type, cell)
        widest = Math.max(widest, bytes)
        pos = placeVarlena(pos, bytes)
      }
    }
    if (pos > TOAST_FROM) {
      moved += widest * 1.05
      pos -= widest - TOAST_POINTER
    }
    return heapTupleBytes({ data: pos, columns: facts.columns.length, hasNull })
  })
  return { tuples, toastPerRow: moved / Math.max(1, sized) }
}

interface LeafSize {
  readonly oid: string
  readonly rows: number
  readonly heap: number
}

function estimateIndexes(
  input: EstimateInput,
  { columns, leaves }: { columns: Columns; leaves: readonly LeafSize[] },
): readonly IndexEstimate[] {
  const byLeaf = new Map(leaves.map((leaf) => [leaf.oid, leaf]))
  const shapes = new Map<string, { facts: IndexFacts; on: LeafSize[] }>()
  // The same index of all leaves is measured once: names differ, what they say does not.
  for (const { name, leaf, ...rest } of input.facts.indexes) {
    const shape = JSON.stringify(rest)
    const known = shapes.get(shape) ?? { facts: { name, leaf, ...rest }, on: [] }
    known.on.push(byLeaf.get(leaf)!)
    shapes.set(shape, known)
  }
  return [...shapes.values()].map(({ facts, on }) => estimateIndex(input, { facts, on, columns }))
}

/** Of a document, for the time that its index takes. */
const GIN_KEYS = 16

function estimateIndex(
  input: EstimateInput,
  { facts, on, columns }: { facts: IndexFacts; on: readonly LeafSize[]; columns: Columns },
): IndexEstimate {
  const pagesOf = pageFormula(input, facts, columns)
  const rows = sum(on.map((leaf) => leaf.rows))
  const width = keyWidth(input, facts, columns)
  const largest = Math.max(0, ...on.map((leaf) => leaf.rows))
  return {
    name: facts.name,
    method: facts.method,
    bytes: sum(on.map((leaf) => Math.ceil(pagesOf(leaf)) * PAGE)),
    leaves: on.length,
    sortBytes: facts.method === 'btree' ? largest * (width + 18) : 0,
    keys: facts.method === 'gin' ? rows * GIN_KEYS : facts.method === 'brin' ? 0 : rows,
  }
}

function pageFormula(input: EstimateInput, facts: IndexFacts, columns: Columns): (leaf: LeafSize) => number {
  const key = keyWidth(input, facts, columns)
  if (facts.method === 'brin') return ({ heap }) => brinPages({ heap, perRange: facts.pagesPerRange, key })
  if (facts.method === 'hash') return ({ rows }) => hashPages(rows)
  if (facts.method === 'gin') return ginFormula(input, facts, columns)
  const dedup = facts.method === 'btree' && facts.deduplicates && !facts.unique
  const keys = dedup ? keyClasses(input, facts, columns) : undefined
  const fillfactor = facts.fillfactor ?? 90
  // Trees that are not sorted, GiST and SP-GiST, are about two thirds full.
  const share = facts.method === 'btree' ? 1 : 1.4
  return ({ rows }) => share * btreePages({ rows, key, fillfactor, keys })
}

/** An expression's values are as wide as most are. */
const EXPRESSION_BYTES = 16

function keyWidth({ sample }: EstimateInput, { columns: names }: IndexFacts, columns: Columns): number {
  const step = Math.max(1, Math.floor(sample.rows / 2000))
  let total = 0
  let rows = 0
  for (let row = 0; row < sample.rows; row += step, rows++) {
    let pos = 0
    for (const name of names) {
      const k = name === null ? undefined : columns.index.get(name)
      if (k === undefined) {
        pos += EXPRESSION_BYTES
        continue
      }
      const cell = sample.cell(row, k)
      const type = columns.types[k]!
      const layout = layoutOf(type)
      if (cell === null) continue
      pos =
        layout.length === undefined ? placeVarlena(pos, contentBytes(type, cell)) : placeFixed(pos, layout)
    }
    total += Math.ceil(pos / 8) * 8
  }
  return rows === 0 ? 0 : total / rows
}

/** How often keys occur; undefined where the index has an expression. */
function keyClasses(
  { plan, sample }: EstimateInput,
  { columns: names }: IndexFacts,
  columns: Columns,
): readonly FrequencyClass[] | undefined {
  const places = names.map((name) => (name === null ? undefined : columns.index.get(name)))
  if (places.some((place) => place === undefined)) return undefined
  const varieties = places.map((place) => varietyOf(plan.columns[place!]!.generator, plan.rows))
  if (varieties.some(({ unique }) => unique)) return undefined
  const bound = varieties.reduce((product, { values }) => product * values, 1)
  const seen = new Map<string, number>()
  for (let row = 0; row < sample.rows; row++) {
    const key = places.map((place) => cellText(sample.cell(row, place!))).join('\0')
    seen.set(key, (seen.get(key) ?? 0) + 1)
  }
  return frequencies(seen, { rows: sample.rows, complete: sample.complete, bound })
}

function cellText(cell: Uint8Array | null): string {
  return cell === null
    ? '\x01'
    : Buffer.from(cell.buffer, cell.byteOffset, cell.byteLength).toString('latin1')
}

/** Keys of one length are counted together, and each kind of key's frequencies by themselves. */
function ginFormula(input: EstimateInput, facts: IndexFacts, columns: Columns): (leaf: LeafSize) => number {
  const { sample, builds } = input
  const k = facts.columns[0] === null ? undefined : columns.index.get(facts.columns[0]!)
  const seen = new Map<string, number>()
  const hashed = facts.opclass === 'jsonb_path_ops'
  for (let row = 0; k !== undefined && row < sample.rows; row++) {
    const cell = sample.cell(row, k)
    if (cell === null) continue
    for (const key of ginKeysOf(columns.types[k]!, { cell, hashed })) seen.set(key, (seen.get(key) ?? 0) + 1)
  }
  const groups = new Map<number, Map<string, number>>()
  for (const [key, count] of seen) {
    const length = hashed ? 4 : utf8Length(key) + 1
    const group = groups.get(length) ?? new Map<string, number>()
    groups.set(length, group.set(key, count))
  }
  const { rows, complete } = sample
  const entries = [...groups].map(([key, counts]) => ({
    key,
    classes: frequencies(counts, { rows, complete }),
  }))
  return ({ rows: own, heap }) => {
    const keys = entries.reduce((total, { classes }) => total + expectedDistinct(classes, own), 0)
    return ginPages({ rows: own, heap, entries, fill: ginFill({ keys, heap, builds }) })
  }
}

function ginKeysOf(
  type: PgTypeName,
  { cell, hashed }: { cell: Uint8Array; hashed: boolean },
): Iterable<string> {
  if (type === 'array') return new Set(arrayElements(cell).map(cellText))
  if (type !== 'jsonb') return [cellText(cell)]
  return (hashed ? ginPaths : ginKeys)(JSON.parse(Buffer.from(cell.subarray(1)).toString()))
}

/** A key in the memory of a build. */
const KEY_MEMORY = 130

/**
 * What comes in order leaves pages half full, each split in the middle; further rounds, when the memory did not hold all keys, fill
 * them up: measured 0.50 after one round, 0.60 after four, 0.65 after fifteen. From 18 on parallel workers sort everything first.
 */
function ginFill({ keys, heap, builds }: { keys: number; heap: number; builds: BuildFacts }): number {
  const sorted = builds.version >= 180_000 && builds.parallel && heap > 1024
  const rounds = Math.max(1, (keys * KEY_MEMORY) / builds.maintenanceBytes)
  return sorted ? 0.5 : 0.69 - 0.19 / Math.sqrt(rounds)
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0)
}
