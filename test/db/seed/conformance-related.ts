import type { ConformanceCase } from './conformance-cases.ts'

const USERS = { table: 'public.users', rows: 1_000_003 }
const PARENTS = { table: 'public.parents', rows: 4_000_000_000 }

/** Generators whose values are those of other tables' rows, and code of the user's own. */
export const RELATED_CASES: readonly ConformanceCase[] = [
  {
    name: 'reference',
    columns: [
      ['bigint', { kind: 'reference', ...USERS, column: 'id', generator: { kind: 'sequence', start: 0 } }],
      ['uuid', { kind: 'reference', ...USERS, column: 'ref', generator: { kind: 'uuid' }, skew: 'pareto' }],
      ['text', { kind: 'reference', ...USERS, column: 'email', generator: { kind: 'email' }, skew: 'zipf' }],
      ['bigint', { kind: 'reference', ...USERS, column: 'no', generator: { kind: 'permuted' } }],
      [
        'timestamptz',
        {
          kind: 'reference',
          ...USERS,
          column: 'at',
          generator: { kind: 'timestampSeries', from: '2025-01-01', days: 3 },
        },
      ],
    ],
  },
  {
    name: 'children',
    columns: [
      ['uuid', { kind: 'children', ...PARENTS, column: 'id', generator: { kind: 'uuid' }, max: 5 }],
      ['integer', { kind: 'childNumber', ...PARENTS, max: 5 }],
      [
        'uuid',
        { kind: 'children', ...PARENTS, column: 'id', generator: { kind: 'uuid' }, max: 5, scattered: true },
      ],
      ['integer', { kind: 'childNumber', ...PARENTS, max: 5, scattered: true }],
      [
        'bigint',
        { kind: 'children', ...PARENTS, column: 'no', generator: { kind: 'sequence' }, min: 0, max: 3000 },
      ],
      ['bigint', { kind: 'childNumber', ...PARENTS, min: 0, max: 3000 }],
      [
        'bigint',
        {
          kind: 'children',
          ...PARENTS,
          column: 'no',
          generator: { kind: 'sequence' },
          degrees: { 0: 2, 1: 1, 5: 1 },
          key: 'other',
        },
      ],
      [
        'jsonb',
        {
          kind: 'json',
          fields: {
            parent: {
              kind: 'children',
              ...PARENTS,
              column: 'ref',
              generator: { kind: 'reference', ...USERS, column: 'id', generator: { kind: 'sequence' } },
              max: 5,
            },
          },
        },
      ],
    ],
  },
  {
    name: 'pair',
    columns: [
      [
        'bigint',
        {
          kind: 'pair',
          makes: 'int',
          min: 0,
          max: 1e15,
          sql: '{i} * 3 + {r} % 10',
          js: '(i, r) => i * 3 + (r % 10)',
        },
      ],
      [
        'numeric(6, 2)',
        {
          kind: 'pair',
          makes: 'decimal',
          scale: 2,
          min: -100,
          max: 100,
          sql: '{s} % 201 - 100',
          js: '(i, r, s) => (s % 201) - 100',
        },
      ],
      [
        'text',
        {
          kind: 'pair',
          makes: 'text',
          sql: `'row "' || {i} || '"'`,
          js: `function (i) { return 'row "' + i + '"' }`,
        },
      ],
      ['boolean', { kind: 'pair', makes: 'boolean', sql: '{r} % 2 = 1', js: '(i, r) => r % 2 === 1' }],
    ],
  },
]
