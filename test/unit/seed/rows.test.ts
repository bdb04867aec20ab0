import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  BLOCK_ROWS,
  blockOf,
  compileRows,
  type GeneratorSpec,
  RowHash,
  selectSql,
} from '../../../src/seed/index.ts'

const fillOf = (type: string, generator: GeneratorSpec, rows = 1e10) => ({
  table: { schema: 'public', name: 't' },
  rows,
  columns: [{ name: 'c', type, generator }],
})

function viewOf(bytes: Buffer): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.length)
}

/** The bytes of the only column of row 1. */
function bytesOf(type: string, generator: GeneratorSpec): { bytes: Buffer; text: string | null } {
  const twin = compileRows(fillOf(type, generator), { seed: 1, block: 0 })
  const out = Buffer.alloc(twin.maxRowBytes)
  const end = twin.encode({ i: 1, count: 1 }, viewOf(out), 0)
  expect(out.readInt16BE(0)).toBe(1)
  expect(out.readInt32BE(2)).toBe(end - 6)
  return { bytes: out.subarray(6, end), text: twin.text(1)[0]! }
}

describe('a value in binary COPY, decoded by other means', () => {
  test('whole numbers', () => {
    fc.assert(
      fc.property(fc.integer({ min: -1e15, max: 1e15 }), (n) => {
        const { bytes, text } = bytesOf('bigint', { kind: 'int', min: n, max: n })
        expect(bytes.readBigInt64BE()).toBe(BigInt(n))
        expect(text).toBe(String(n))
      }),
    )
    fc.assert(
      fc.property(fc.integer(), (n) => {
        expect(bytesOf('integer', { kind: 'int', min: n, max: n }).bytes.readInt32BE()).toBe(n)
      }),
    )
    fc.assert(
      fc.property(fc.integer({ min: -32768, max: 32767 }), (n) => {
        const { bytes, text } = bytesOf('smallint', { kind: 'int', min: n, max: n })
        expect([bytes.readInt16BE(), text]).toEqual([n, String(n)])
      }),
    )
  })

  test('decimal numbers', () => {
    fc.assert(
      fc.property(fc.integer({ min: -1e9, max: 1e9 }), fc.integer({ min: 1, max: 9 }), (n, scale) => {
        const value = n / 10 ** scale
        const { bytes, text } = bytesOf('numeric', { kind: 'decimal', min: value, max: value, scale })
        expect(decodeNumeric(bytes)).toEqual({ units: BigInt(n), scale })
        expect(text).toBe(value.toFixed(scale).replace(/^-(?=[0.]+$)/, ''))
        const float = bytesOf('double precision', { kind: 'decimal', min: value, max: value, scale }).bytes
        expect(float.readDoubleBE() + 0).toBe(value + 0)
      }),
    )
  })

  test('points in time', () => {
    const instant = fc.date({ min: new Date('1900-01-01'), max: new Date('2150-01-01'), noInvalidDate: true })
    fc.assert(
      fc.property(instant, (date) => {
        const seconds = Math.floor(date.getTime() / 1000)
        const [from, to] = [seconds, seconds + 1].map((s) =>
          new Date(s * 1000).toISOString().replace('.000', ''),
        )
        const span = { kind: 'timestamp', from, to, resolution: 'second' }
        const { bytes, text } = bytesOf('timestamptz', span)
        expect(Number(bytes.readBigInt64BE() / 1_000_000n) + 946_684_800).toBe(seconds)
        expect(text).toBe(from!.replace('T', ' ').replace('Z', '+00'))
        const days = bytesOf('date', span)
        expect(days.bytes.readInt32BE()).toBe(Math.floor(seconds / 86_400) - 10_957)
        expect(days.text).toBe(from!.slice(0, 10))
      }),
    )
  })

  test('texts and documents', () => {
    const string = fc.string({ unit: 'grapheme' }).filter((s) => !s.includes('\0'))
    fc.assert(
      fc.property(string, (value) => {
        const choice = { kind: 'choice', values: [value] }
        expect(bytesOf('text', choice).bytes.toString()).toBe(value)
        const { bytes, text } = bytesOf('jsonb', { kind: 'json', fields: { [`k${value}`]: choice } })
        expect(bytes[0]).toBe(1)
        expect(bytes.subarray(1).toString()).toBe(text)
        expect(JSON.parse(text!)).toEqual({ [`k${value}`]: value })
      }),
    )
  })

  test('nulls', () => {
    const twin = compileRows(
      fillOf('text', { kind: 'nullable', of: { kind: 'hex', length: 4 }, fraction: 1 }),
      { seed: 1, block: 0 },
    )
    const out = Buffer.alloc(twin.maxRowBytes)
    expect(out.subarray(0, twin.encode({ i: 1, count: 1 }, viewOf(out), 0)).toString('hex')).toBe(
      '0001ffffffff',
    )
    expect(twin.text(1)).toEqual([null])
  })

  test('several rows at once are the rows one by one, also where the lower 32 bits begin anew', () => {
    const generator = { kind: 'nullable', of: { kind: 'sequence' }, fraction: 0.3 }
    const twin = compileRows(fillOf('bigint', generator), { seed: 1, block: 0 })
    const [first, count] = [2 ** 31 - 50, 100]
    const many = Buffer.alloc(twin.maxRowBytes * count)
    const end = twin.encode({ i: first, count }, viewOf(many), 0)
    const one = Buffer.alloc(many.length)
    let pos = 0
    for (let i = first; i < first + count; i++) pos = twin.encode({ i, count: 1 }, viewOf(one), pos)
    expect(many.subarray(0, end)).toEqual(one.subarray(0, pos))
  })
})

function decodeNumeric(bytes: Buffer): { units: bigint; scale: number } {
  const [count, weight, sign, scale] = [0, 2, 4, 6].map((p) => bytes.readInt16BE(p)) as [
    number,
    number,
    number,
    number,
  ]
  expect(bytes.length).toBe(8 + 2 * count)
  let scaled = 0n
  // In units of 10^-40, then down to the scale.
  for (let k = 0; k < count; k++)
    scaled += BigInt(bytes.readInt16BE(8 + 2 * k)) * 10n ** BigInt(40 + 4 * (weight - k))
  const units = scaled / 10n ** BigInt(40 - scale)
  return { units: sign === 0 ? units : -units, scale }
}

describe('rows', () => {
  const fill = {
    table: { schema: 'public', name: 't' },
    rows: 1e10,
    columns: [
      { name: 'id', type: 'bigint', generator: { kind: 'sequence' } },
      { name: 'value', type: 'text', generator: { kind: 'hex', length: 32 } },
    ],
  }
  const rowAt = (i: number) => compileRows(fill, { seed: 1, block: blockOf(i) }).text(i)

  test('beyond 2^32 do not repeat those before', () => {
    for (const i of [1, 2, 705_032_704]) {
      expect(rowAt(i + BLOCK_ROWS)[0]).toBe(String(i + BLOCK_ROWS))
      expect(rowAt(i + BLOCK_ROWS)[1]).not.toBe(rowAt(i)[1])
    }
    expect(rowAt(BLOCK_ROWS)[1]).not.toBe(rowAt(1)[1])
  })

  test('never repeat a hash of 128 bits', () => {
    const twin = compileRows(fill, { seed: 1, block: 0 })
    const values = new Set(Array.from({ length: 20_000 }, (_, k) => twin.text(k + 1)[1]))
    expect(values.size).toBe(20_000)
  })

  test('differ by seed, table and column', () => {
    const value = (seed: number, table: string, column: string) =>
      compileRows(
        {
          table: { schema: 'public', name: table },
          rows: 1,
          columns: [{ name: column, type: 'uuid', generator: { kind: 'uuid' } }],
        },
        { seed, block: 0 },
      ).text(1)[0]
    const values = [
      value(1, 't', 'c'),
      value(2, 't', 'c'),
      value(1, 'u', 'c'),
      value(1, 't', 'd'),
      value(-1, 't', 'c'),
    ]
    expect(new Set(values).size).toBe(5)
    expect(value(1, 't', 'c')).toBe(values[0])
  })

  test('stay the same from version to version', () => {
    expect(rowAt(1)).toEqual(['1', '0f2dfc2252dd77e7847306d0a205a0a3'])
    expect(rowAt(5_000_000_000)).toEqual(['5000000000', '9ae0116813de1db4a40c7176f2ad5e8b'])
  })

  test('have a checksum that does not depend on their order', () => {
    const twin = compileRows(fill, { seed: 1, block: 0 })
    const sumOf = (rows: readonly number[]) => {
      const sum = new RowHash()
      for (const i of rows) twin.hashInto(i, sum)
      return sum.value
    }
    expect(sumOf([1, 2, 3, 4, 5])).toBe(sumOf([5, 3, 1, 2, 4]))
    expect(sumOf([1, 2, 3, 4, 5])).not.toBe(sumOf([1, 2, 3, 4, 6]))
  })

  test('of two blocks cannot be asked for in one query', () => {
    expect(() => selectSql(fill, { seed: 1, lo: BLOCK_ROWS - 1, hi: BLOCK_ROWS })).toThrow(/two blocks/)
  })
})

describe('what a column cannot hold is refused before anything runs', () => {
  test.each([
    ['money', { kind: 'sequence' }, 'SEED_TYPE_UNSUPPORTED', /t\.c has type money/],
    ['integer[]', { kind: 'sequence' }, 'SEED_INVALID', /whole numbers, but its type is integer\[\]/],
    ['integer', { kind: 'sequence' }, 'SEED_INVALID', /int4 goes to 2147483647/],
    ['smallint', { kind: 'int', max: 40_000 }, 'SEED_INVALID', /0 to 40000/],
    ['varchar(20)', { kind: 'hex', length: 32 }, 'SEED_INVALID', /32 characters, and the column takes 20/],
    ['varchar(2)', { kind: 'choice', values: ['ok', 'long'] }, 'SEED_INVALID', /up to 4 characters/],
    ['numeric(4, 2)', { kind: 'decimal', max: 100 }, 'SEED_INVALID', /2 digits before the point/],
    ['numeric(4, 2)', { kind: 'decimal', max: 1, scale: 3 }, 'SEED_INVALID', /3 decimal places/],
    ['text', { kind: 'sequence' }, 'SEED_INVALID', /whole numbers, but its type is text/],
    ['text', { kind: 'lorem' }, 'SEED_INVALID', /"lorem", which is no generator/],
    [
      'text',
      { kind: 'hex', length: 0 },
      'SEED_INVALID',
      /length must be a whole number from 1 to 1024, not 0/,
    ],
    ['text', { kind: 'hex', length: 3, size: 4 }, 'SEED_INVALID', /size is no option \(length\)/],
    ['bigint', { kind: 'int', min: 5, max: 4 }, 'SEED_INVALID', /max must be/],
    ['bigint', { kind: 'int', max: 3e9 }, 'SEED_INVALID', /at most 2147483648 values/],
    ['date', { kind: 'timestamp', from: 'soon', days: 3 }, 'SEED_INVALID', /from must be a time such as/],
    [
      'date',
      { kind: 'timestamp', from: '2025-02-30', days: 3 },
      'SEED_INVALID',
      /from must be a time such as/,
    ],
    ['date', { kind: 'timestamp', from: '2025-01-01' }, 'SEED_INVALID', /either days or to/],
    ['date', { kind: 'timestamp', from: '2025-01-01', to: '2024-01-01' }, 'SEED_INVALID', /after from/],
    ['date', { kind: 'businessHours', from: '2025-01-01T00:30', days: 1 }, 'SEED_INVALID', /full hours/],
    [
      'text',
      { kind: 'choice', values: ['a'], weights: [0.5] },
      'SEED_INVALID',
      /weights must be whole numbers/,
    ],
    ['text', { kind: 'choice', values: [] }, 'SEED_INVALID', /1 to 1000 values/],
    ['text', { kind: 'choice', values: ['a\0'] }, 'SEED_INVALID', /values must be/],
    ['int', { kind: 'pareto', max: 10, share: 0.2, of: 0.5 }, 'SEED_INVALID', /of must be smaller/],
    [
      'jsonb',
      { kind: 'json', fields: { own: { kind: 'pair', makes: 'text', sql: "'a'", js: "() => 'a'" } } },
      'SEED_INVALID',
      /field own/,
    ],
    ['jsonb', { kind: 'json', fields: { a: 3 } }, 'SEED_INVALID', /fields\.a must be a generator/],
  ])('%s with %o', (type, generator, code, message) => {
    const compile = () => compileRows(fillOf(type, generator), { seed: 1, block: 0 })
    expect(compile).toThrow(expect.objectContaining({ code, message: expect.stringMatching(message) }))
  })
})
