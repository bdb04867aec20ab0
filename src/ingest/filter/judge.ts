import type { CsvFormat } from '../plan.ts'
import type { Comparison, Condition, Constant, Family } from './condition.ts'
import { FieldScanner, MIXED, PLAIN } from './scanner.ts'
import { READERS } from './values.ts'

/** What a condition may be for a row, one bit each: several where only the server can say. */
const TRUE = 1
const FALSE = 2
const NULL = 4
const ANY = TRUE | FALSE | NULL
type Possible = number

type Judge = (bytes: Buffer) => Possible

/** Of one record: wanted for sure, unwanted for sure, or to be judged by the server. */
export type Verdict = 'yes' | 'no' | 'ask'

export interface RowJudge {
  /** The record that begins at `from`; where it ends, or -1. */
  next(bytes: Buffer, from: number, bounds: { readonly to: number; readonly atEnd: boolean }): number
  /** Of the record that next() found. */
  verdict(bytes: Buffer): Verdict
}

export function rowJudge(condition: Condition, columns: readonly string[], format: CsvFormat): RowJudge {
  const last = Math.max(0, ...columnsOf(condition).map((name) => columns.indexOf(name)))
  const scanner = new FieldScanner(format.delimiter, last)
  const judge = compile(condition, { scanner, columns, nullText: Buffer.from(format.nullText, 'utf8') })
  return {
    next: (bytes, from, bounds) => scanner.scan(bytes, from, bounds),
    verdict(bytes) {
      const possible = judge(bytes)
      if (possible === TRUE) return 'yes'
      return (possible & TRUE) === 0 ? 'no' : 'ask'
    },
  }
}

/** The columns that it asks of. */
export function columnsOf(condition: Condition): readonly string[] {
  if ('column' in condition) return [condition.column]
  if (condition.kind === 'not') return columnsOf(condition.of)
  return condition.kind === 'server' ? [] : condition.of.flatMap(columnsOf)
}

interface Context {
  readonly scanner: FieldScanner
  readonly columns: readonly string[]
  readonly nullText: Buffer
}

function compile(condition: Condition, context: Context): Judge {
  switch (condition.kind) {
    case 'and':
    case 'or': {
      const judges = condition.of.map((part) => compile(part, context))
      const table = condition.kind === 'and' ? AND : OR
      const start = condition.kind === 'and' ? TRUE : FALSE
      return (bytes) => judges.reduce((sum, judge) => table[sum * 8 + judge(bytes)]!, start)
    }
    case 'not': {
      const judge = compile(condition.of, context)
      return (bytes) => negated(judge(bytes))
    }
    case 'null':
      return ofField(condition.column, context, { whenNull: TRUE, whenValue: () => FALSE })
    case 'compare': {
      const { column, family, op, value } = condition
      return ofField(column, context, { whenNull: NULL, whenValue: comparing(family, op, value) })
    }
    case 'in': {
      const { column, family, values } = condition
      return ofField(column, context, { whenNull: NULL, whenValue: among(family, values) })
    }
    default:
      return () => ANY
  }
}

type JudgeValue = (bytes: Buffer, from: number, to: number) => Possible

function ofField(
  column: string,
  { scanner, columns, nullText }: Context,
  { whenNull, whenValue }: { whenNull: Possible; whenValue: JudgeValue },
): Judge {
  const field = columns.indexOf(column)
  const { starts, ends, kinds } = scanner
  return (bytes) => {
    if (scanner.isAbsent(field) || kinds[field] === MIXED) return ANY
    const from = starts[field]!
    const to = ends[field]!
    const isNull =
      kinds[field] === PLAIN &&
      to - from === nullText.length &&
      bytes.compare(nullText, 0, nullText.length, from, to) === 0
    return isNull ? whenNull : whenValue(bytes, from, to)
  }
}

function comparing(family: Family, op: Comparison, value: Constant): JudgeValue {
  if (family === 'text') {
    const wanted = latin1(value)
    return (bytes, from, to) =>
      (bytes.toString('latin1', from, to) === wanted) === (op === '=') ? TRUE : FALSE
  }
  const read = READERS[family]
  const holds = COMPARE[op]
  return (bytes, from, to) => {
    const field = read(bytes, from, to)
    if (Number.isNaN(field)) return ANY
    return holds(field, value as number) ? TRUE : FALSE
  }
}

function among(family: Family, values: readonly Constant[]): JudgeValue {
  if (family === 'text') {
    const wanted = new Set(values.map(latin1))
    return (bytes, from, to) => (wanted.has(bytes.toString('latin1', from, to)) ? TRUE : FALSE)
  }
  const read = READERS[family]
  const wanted = new Set(values as readonly number[])
  return (bytes, from, to) => {
    const field = read(bytes, from, to)
    if (Number.isNaN(field)) return ANY
    return wanted.has(field) ? TRUE : FALSE
  }
}

/** A character a byte: equal when the bytes are, and made without decoding. */
function latin1(value: Constant): string {
  return Buffer.from(String(value), 'utf8').toString('latin1')
}

const COMPARE: Readonly<Record<Comparison, (a: number, b: number) => boolean>> = {
  '=': (a, b) => a === b,
  '<>': (a, b) => a !== b,
  '<': (a, b) => a < b,
  '<=': (a, b) => a <= b,
  '>': (a, b) => a > b,
  '>=': (a, b) => a >= b,
}

const negated = (possible: Possible): Possible =>
  (possible & NULL) | (possible & TRUE ? FALSE : 0) | (possible & FALSE ? TRUE : 0)

const AND = connective((a, b) =>
  a === FALSE || b === FALSE ? FALSE : a === TRUE && b === TRUE ? TRUE : NULL,
)
const OR = connective((a, b) => (a === TRUE || b === TRUE ? TRUE : a === FALSE && b === FALSE ? FALSE : NULL))

/** All that may come of what each side may be. */
function connective(of: (a: Possible, b: Possible) => Possible): Uint8Array {
  const single = [TRUE, FALSE, NULL]
  const table = new Uint8Array(64)
  for (let left = 0; left < 8; left++)
    for (let right = 0; right < 8; right++)
      for (const a of single)
        for (const b of single) if (left & a && right & b) table[left * 8 + right]! |= of(a, b)
  return table
}
