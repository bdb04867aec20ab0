import type { GeneratorSpec } from '../../../src/seed/index.ts'
import type { ConformanceCase } from './conformance-cases.ts'

const MOODS = ['sad', 'ok', "it's", 'sch\u00f6n', 'a "b" \\c']

/** What types of the database's own stand behind the cases. */
export const TYPES_SQL = `create type mood as enum (${MOODS.map((mood) => `'${mood.replace("'", "''")}'`).join(', ')});
  create schema "Own"; create type "Own"."Level" as enum ('2', '1')`

const TAGS: GeneratorSpec = {
  kind: 'array',
  min: 0,
  max: 4,
  of: {
    kind: 'choice',
    values: ['', 'null', 'NULL', 'a b', 'x,y', '{', '"', '\\', 'sch\u00f6n', 'plain', "it's"],
  },
}
const array = (of: GeneratorSpec, max = 3): GeneratorSpec => ({ kind: 'array', max, of })
const some = (of: GeneratorSpec): GeneratorSpec => ({ kind: 'nullable', of, fraction: 0.4 })
const TIMES: GeneratorSpec = { kind: 'timestamp', from: '1985-01-01', to: '2040-01-01' }
const TO_1000: GeneratorSpec = { kind: 'int', min: -1000, max: 1000 }

/** Types that many generators can fill, and generators that only one type can hold. */
export const TYPE_CASES: readonly ConformanceCase[] = [
  {
    name: 'enums and domains',
    columns: [
      ['"public"."mood"', { kind: 'choice', values: MOODS, weights: [9, 1, 1, 1, 1] }, MOODS],
      ['"public"."mood"', some({ kind: 'choice', values: ['ok'] }), MOODS],
      ['"Own"."Level"', { kind: 'choice', values: ['1', '2'] }, ['2', '1']],
      [
        '"public"."mood"',
        {
          kind: 'pair',
          makes: 'text',
          sql: `case when {i} % 2 = 0 then 'ok' else 'sad' end`,
          js: `(i) => (i % 2 === 0 ? 'ok' : 'sad')`,
        },
        MOODS,
      ],
      [
        '"public"."mood"',
        {
          kind: 'reference',
          table: 'public.t',
          rows: 1000,
          column: 'mood',
          generator: { kind: 'choice', values: MOODS },
        },
        MOODS,
      ],
    ],
  },
  {
    name: 'json as text, arrays in documents',
    columns: [
      ['json', { kind: 'json', fields: { bb: { kind: 'email' }, a: TO_1000 } }],
      ['json', some({ kind: 'json', fields: {} })],
      [
        'jsonb',
        {
          kind: 'json',
          fields: {
            tags: TAGS,
            numbers: array(some(TO_1000)),
            items: array({ kind: 'json', fields: { id: { kind: 'uuid' }, tags: TAGS } }),
          },
        },
      ],
    ],
  },
  {
    name: 'real',
    columns: [
      ['real', { kind: 'int', min: -2_000_000, max: 2_000_000 }],
      ['real', { kind: 'int', min: 0, max: 2_147_483_000 }],
      ['real', { kind: 'int', min: 900_000_000_000_000, max: 900_000_000_100_000 }],
      ['real', { kind: 'decimal', min: -9.99, max: 9.99 }],
      ['float4', { kind: 'decimal', max: 0.001, scale: 9 }],
      ['real', { kind: 'decimal', max: 2, scale: 9 }],
      ['real', { kind: 'choice', values: [0, 1, -7, 16_777_217] }],
    ],
  },
  {
    name: 'char',
    columns: [
      ['char(12)', { kind: 'hex', length: 12 }],
      ['character(40)', { kind: 'hex', length: 3 }],
      ['char', { kind: 'choice', values: ['a', '', ' ', '\u00e4'] }],
      ['bpchar(5)', { kind: 'choice', values: ['de', 'sch\u00f6n', '\u{1f30d}', ' x ', "it's"] }],
      ['bpchar', { kind: 'choice', values: ['de', 'de  ', ''] }],
      ['char(30)', some({ kind: 'words', min: 1, max: 2 })],
    ],
  },
  {
    name: 'bytea',
    columns: [
      ['bytea', { kind: 'bytes', max: 16 }],
      ['bytea', { kind: 'bytes', min: 0, max: 21 }],
      ['bytea', { kind: 'bytes', max: 1 }],
      ['bytea', { kind: 'bytes', min: 100, max: 120 }],
      ['bytea', { kind: 'email' }],
      ['bytea', { kind: 'choice', values: ['sch\u00f6n', "\\x'", ''] }],
    ],
  },
  {
    name: 'times of day and intervals',
    columns: [
      ['time', TIMES],
      ['time (3) without time zone', TIMES],
      ['time(0)', { kind: 'businessHours', from: '1998-01-01', to: '1999-01-01' }],
      ['interval', TO_1000],
      ['interval', { kind: 'int', min: -200_000, max: 2_000_000_000 }],
      ['interval', { kind: 'decimal', min: -5, max: 90_000, scale: 4 }],
      ['interval(3)', { kind: 'exponential', mean: 300, scale: 3 }],
    ],
  },
  {
    name: 'arrays',
    rows: 6000,
    columns: [
      ['text[]', TAGS],
      ['varchar(20)[]', array(some({ kind: 'firstName' }), 5)],
      ['integer[3]', { kind: 'array', min: 3, max: 3, of: TO_1000 }],
      ['bigint[]', array({ kind: 'sequence', start: -50 })],
      ['smallint[]', array(TO_1000)],
      ['numeric(8, 2)[]', array({ kind: 'decimal', min: -9.99, max: 9.99 })],
      ['double precision[]', array({ kind: 'decimal', min: -1, max: 1, scale: 6 })],
      ['real[]', array({ kind: 'decimal', min: -1, max: 1, scale: 6 })],
      ['boolean[]', array(some({ kind: 'boolean' }))],
      ['uuid[]', array({ kind: 'uuid' })],
      ['date[]', array(TIMES)],
      ['timestamptz[]', array(TIMES)],
      ['timestamp(3)[]', array(TIMES)],
      ['time[]', array(TIMES)],
      ['interval[]', array(TO_1000)],
      ['bytea[]', array({ kind: 'bytes', min: 0, max: 9 })],
      ['char(3)[]', array({ kind: 'choice', values: ['a', 'abc', ''] })],
      ['jsonb[]', array({ kind: 'json', fields: { a: TAGS } })],
      ['json[]', array({ kind: 'json', fields: { a: TAGS } })],
      ['text[]', some(TAGS)],
      ['text[]', { kind: 'array', max: 0, of: { kind: 'email' } }],
      [
        'bigint[]',
        array({
          kind: 'reference',
          table: 'public.t',
          rows: 1000,
          column: 'id',
          generator: { kind: 'permuted' },
        }),
      ],
      [
        'text[]',
        {
          kind: 'reference',
          table: 'public.t',
          rows: 1000,
          column: 'tags',
          generator: array(some({ kind: 'lastName' })),
        },
      ],
    ],
  },
  {
    name: 'references of several columns',
    columns: [
      ['bigint', { ...parent('a'), generator: { kind: 'permuted' }, key: 'k' }],
      ['uuid', { ...parent('b'), generator: { kind: 'uuid' }, key: 'k' }],
      ['bigint', { ...parent('a'), generator: { kind: 'sequence' }, skew: 'pareto', key: 'p' }],
      ['text', { ...parent('c'), generator: { kind: 'hex', length: 5 }, skew: 'zipf', key: 'z' }],
    ],
  },
  {
    name: 'earlier rows',
    rows: 2_000_000_000,
    columns: [
      ['bigint', earlier({ kind: 'sequence' })],
      ['uuid', earlier({ kind: 'uuid' }, { roots: 1000, first: 'itself' })],
      ['bigint', earlier({ kind: 'permuted' }, { children: 7, roots: 3 })],
      ['text', earlier({ kind: 'email' }, { children: 1 })],
    ],
  },
]

function parent(column: string): GeneratorSpec {
  return { kind: 'reference', table: 'public.parents', rows: 1_000_003, column }
}

function earlier(generator: GeneratorSpec, options: object = {}): GeneratorSpec {
  return { kind: 'earlier', table: 'public.own', column: 'id', generator, ...options }
}
