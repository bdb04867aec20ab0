import type { GeneratorSpec } from '../../../src/seed/index.ts'
import { RELATED_CASES } from './conformance-related.ts'
import { TYPE_CASES } from './conformance-types.ts'

export interface ConformanceCase {
  readonly name: string
  readonly columns: readonly (readonly [type: string, generator: GeneratorSpec, labels?: readonly string[]])[]
  /** Default 6e9. */
  readonly rows?: number
}

/** Every generator with several sets of options, in every type that can hold it. */
export const CASES: readonly ConformanceCase[] = [
  {
    name: 'sequence',
    columns: [
      ['bigserial', { kind: 'sequence' }],
      ['bigint', { kind: 'sequence', start: -5_000_000_000 }],
      ['bigint', { kind: 'sequence', start: -2000 }],
      ['numeric', { kind: 'sequence', start: 10_000 }],
      ['numeric(12, 2)', { kind: 'sequence', start: -3 }],
      ['double precision', { kind: 'sequence' }],
    ],
  },
  {
    name: 'sequence of few rows',
    rows: 10_000,
    columns: [
      ['integer', { kind: 'sequence', start: -5000 }],
      ['smallserial', { kind: 'sequence', start: -5000 }],
      ['serial', { kind: 'sequence' }],
    ],
  },
  {
    name: 'hex',
    columns: [
      ['text', { kind: 'hex', length: 32 }],
      ['varchar(16)', { kind: 'hex', length: 16 }],
      ['character varying(40)', { kind: 'hex', length: 33 }],
      ['text', { kind: 'hex', length: 1 }],
      ['text', { kind: 'hex', length: 100 }],
    ],
  },
  {
    name: 'timestamp',
    columns: [
      ['timestamp', { kind: 'timestamp', from: '2025-01-01', days: 365 }],
      [
        'timestamp with time zone',
        { kind: 'timestamp', from: '2025-01-01T06:30:00+02:00', to: '2025-01-01T06:30:07+02:00' },
      ],
      ['timestamp (3)', { kind: 'timestamp', from: '1969-12-31T23:59:59', to: '2030-06-01' }],
      ['timestamp (0) with time zone', { kind: 'timestamp', from: '1990-01-01', days: 7000 }],
      ['date', { kind: 'timestamp', from: '1985-01-01', to: '2015-01-01T12:00' }],
      ['timestamptz', { kind: 'timestamp', from: '2025-01-01', days: 1, resolution: 'second' }],
    ],
  },
  {
    name: 'int',
    columns: [
      ['smallint', { kind: 'int', min: -32768, max: 32767 }],
      ['integer', { kind: 'int', max: 0 }],
      ['integer', { kind: 'int', min: -1_000_000_000, max: 1_147_483_647 }],
      ['bigint', { kind: 'int', min: 900_000_000_000_000, max: 900_002_147_483_647 }],
      ['bigint', { kind: 'int', min: -5_000_000_000, max: -4_999_999_990 }],
      ['numeric(16)', { kind: 'int', min: -20_000, max: 20_000 }],
      ['double precision', { kind: 'int', min: -5, max: 5 }],
    ],
  },
  {
    name: 'decimal',
    columns: [
      ['numeric(10, 2)', { kind: 'decimal', min: -9.99, max: 9.99 }],
      ['numeric', { kind: 'decimal', max: 2, scale: 9 }],
      ['numeric(12, 5)', { kind: 'decimal', min: 9_999, max: 10_001, scale: 4 }],
      ['numeric', { kind: 'decimal', min: 123_456_789.5, max: 123_456_799.9, scale: 1 }],
      ['double precision', { kind: 'decimal', min: -0.01, max: 0.01, scale: 6 }],
      ['double precision', { kind: 'decimal', max: 0.000_001, scale: 9 }],
    ],
  },
  {
    name: 'boolean',
    columns: [
      ['boolean', { kind: 'boolean' }],
      ['boolean', { kind: 'boolean', probability: 0.03 }],
      ['boolean', { kind: 'boolean', probability: 1 }],
    ],
  },
  { name: 'uuid', columns: [['uuid', { kind: 'uuid' }]] },
  {
    name: 'choice',
    columns: [
      ['text', { kind: 'choice', values: ['a'] }],
      [
        'varchar(9)',
        {
          kind: 'choice',
          values: ['page_view', 'click', "it's", 'sch\u00f6n \u{1f30d}'],
          weights: [70, 20, 9, 1],
        },
      ],
      ['text', { kind: 'choice', values: ['back\\slash', 'quo"te', 'new\nline', '', '{,}', 'NULL'] }],
      ['integer', { kind: 'choice', values: [200, 404, -1], weights: [1_000_000_000, 10, 10] }],
      ['bigint', { kind: 'choice', values: [5_000_000_000, -5_000_000_000] }],
      ['numeric(6, 2)', { kind: 'choice', values: [10, 0, -100] }],
      ['boolean', { kind: 'choice', values: [true, false], weights: [9, 1] }],
      ['text', { kind: 'choice', values: Array.from({ length: 300 }, (_, k) => `word ${k}`) }],
    ],
  },
  {
    name: 'timestampSeries',
    columns: [
      ['timestamptz', { kind: 'timestampSeries', from: '2025-01-01', days: 365 }],
      ['timestamp', { kind: 'timestampSeries', from: '1990-01-01', days: 1 }],
      ['date', { kind: 'timestampSeries', from: '1995-01-01', to: '2030-01-01' }],
    ],
  },
  {
    name: 'timestampSeries of few rows',
    rows: 10_000,
    columns: [['timestamptz', { kind: 'timestampSeries', from: '2025-01-01', days: 365 }]],
  },
  {
    name: 'businessHours',
    columns: [
      ['timestamptz', { kind: 'businessHours', from: '2025-01-01', to: '2026-01-01' }],
      ['timestamp', { kind: 'businessHours', from: '1998-03-03T05:00', to: '1998-03-03T07:00' }],
      [
        'timestamp',
        {
          kind: 'businessHours',
          from: '1999-12-01',
          days: 60,
          weekdays: [1, 1, 1, 1, 1, 0, 0],
          hours: [0, 0, 0, 0, 0, 0, 0, 0, 5, 9, 9, 9, 4, 9, 9, 9, 9, 5, 0, 0, 0, 0, 0, 0],
        },
      ],
    ],
  },
  {
    name: 'pareto',
    columns: [
      ['bigint', { kind: 'pareto', max: 1_000_000 }],
      ['integer', { kind: 'pareto', max: 2_147_483_647, share: 0.9, of: 0.1 }],
      ['integer', { kind: 'pareto', max: 1 }],
      ['integer', { kind: 'pareto', max: 7, share: 0.5, of: 0.4 }],
      ['bigint', { kind: 'pareto', max: 100_000, share: 0.99, of: 0.01 }],
    ],
  },
  {
    name: 'city',
    columns: [
      ['text', { kind: 'city' }],
      ['text', { kind: 'city', field: 'country' }],
      ['numeric(9, 6)', { kind: 'city', field: 'latitude' }],
      ['double precision', { kind: 'city', field: 'longitude' }],
      ['text', { kind: 'city', key: 'birthplace' }],
    ],
  },
  {
    name: 'json',
    columns: [
      ['jsonb', { kind: 'json', fields: {} }],
      [
        'jsonb',
        {
          kind: 'json',
          fields: {
            city: { kind: 'city' },
            'a key': { kind: 'city', field: 'country' },
            lat: { kind: 'city', field: 'latitude' },
            lon: { kind: 'city', field: 'longitude' },
            'quo"te\\': { kind: 'choice', values: ['"', '\\', '\n', '\u0001', '\u00fc', "'"] },
            '\u00fc': { kind: 'choice', values: [1, -2, true, 'x'] },
            device: {
              kind: 'json',
              fields: { os: { kind: 'choice', values: ['ios', 'android'] }, ok: { kind: 'boolean' } },
            },
            n: { kind: 'nullable', of: { kind: 'int', min: -10, max: 10 }, fraction: 0.3 },
            price: { kind: 'decimal', min: -1, max: 1, scale: 3 },
            session: { kind: 'uuid' },
            visit: { kind: 'hex', length: 12 },
          },
        },
      ],
    ],
  },
  {
    name: 'nullable',
    columns: [
      ['bigint', { kind: 'nullable', of: { kind: 'sequence' }, fraction: 0.5 }],
      ['text', { kind: 'nullable', of: { kind: 'choice', values: ['a', 'b'] }, fraction: 0.01 }],
      ['jsonb', { kind: 'nullable', of: { kind: 'json', fields: { x: { kind: 'uuid' } } }, fraction: 0.99 }],
      [
        'timestamptz',
        { kind: 'nullable', of: { kind: 'timestamp', from: '2025-01-01', days: 2 }, fraction: 1 },
      ],
    ],
  },
  {
    name: 'permuted',
    columns: [
      ['bigint', { kind: 'permuted' }],
      ['numeric(20)', { kind: 'permuted', start: -3_000_000_000 }],
      ['bigint', { kind: 'int', min: -3, max: 6_100_000_000, isUnique: true }],
      ['bigint', { kind: 'int', min: 0, max: 4_000_000_000_000, isUnique: true }],
      ['integer', { kind: 'cycle', length: 1000, start: 5 }],
      ['bigint', { kind: 'cycle', length: 1_000_000_000, start: -7 }],
      [
        'timestamptz',
        { kind: 'timestampSteps', from: '1999-12-31T23:00', everySeconds: 1, rowsPerStep: 1000 },
      ],
    ],
  },
  {
    name: 'permuted, few rows',
    rows: 10_000,
    columns: [
      ['integer', { kind: 'permuted' }],
      ['smallint', { kind: 'int', min: -5000, max: 5000, isUnique: true }],
      ['date', { kind: 'timestampSteps', from: '1985-03-01', everySeconds: 86_400 }],
    ],
  },
  {
    name: 'bells',
    columns: [
      ['integer', { kind: 'normal', mean: 100, stddev: 15 }],
      ['numeric(12, 3)', { kind: 'normal', mean: 0, stddev: 1000, scale: 3, min: -2000.5 }],
      ['double precision', { kind: 'normal', mean: 5.5, stddev: 0.1, scale: 6 }],
      ['smallint', { kind: 'normal', mean: 3, stddev: 0 }],
      ['bigint', { kind: 'normal', mean: -5_000_000_000, stddev: 1_000_000_000 }],
      ['bigint', { kind: 'lognormal', median: 200, sigma: 1 }],
      ['numeric(14, 2)', { kind: 'lognormal', median: 39.9, sigma: 0.8, scale: 2, max: 5000 }],
      ['integer', { kind: 'exponential', mean: 300 }],
      ['double precision', { kind: 'exponential', mean: 0.25, scale: 4 }],
    ],
  },
  {
    name: 'zipf',
    columns: [
      ['integer', { kind: 'zipf', max: 2_147_483_647 }],
      ['integer', { kind: 'zipf', max: 1000, exponent: 1.5, ranked: true }],
      ['bigint', { kind: 'zipf', max: 300, exponent: 0.5 }],
      ['integer', { kind: 'zipf', max: 1 }],
      ['bigint', { kind: 'zipf', max: 5_000_000, exponent: 2, ranked: true }],
    ],
  },
  {
    name: 'uuid of version 7',
    columns: [
      ['uuid', { kind: 'uuid', version: 7, from: '2025-01-01', days: 365 }],
      ['uuid', { kind: 'uuid', version: 7, from: '1970-01-01', to: '1970-01-01T00:00:01' }],
    ],
  },
  {
    name: 'timestampRecent',
    columns: [
      ['timestamptz', { kind: 'timestampRecent', from: '2024-01-01', to: '2026-01-01' }],
      ['timestamp', { kind: 'timestampRecent', from: '1990-01-01', to: '2000-06-01', halfLifeDays: 0.5 }],
      ['date', { kind: 'timestampRecent', from: '1960-01-01', to: '2020-01-01', halfLifeDays: 3000 }],
    ],
  },
  {
    name: 'people',
    columns: [
      ['text', { kind: 'firstName' }],
      ['varchar(20)', { kind: 'lastName' }],
      ['text', { kind: 'fullName' }],
      ['text', { kind: 'fullName', isUnique: true }],
      ['text', { kind: 'email' }],
      ['varchar(12)', { kind: 'phoneNumber' }],
      ['text', { kind: 'phoneNumber', template: '(####) ####-#### (2)' }],
      ['text', { kind: 'words' }],
      ['text', { kind: 'words', min: 1, max: 20 }],
      ['text', { kind: 'words', min: 2, max: 2 }],
      [
        'jsonb',
        {
          kind: 'json',
          fields: { name: { kind: 'fullName' }, email: { kind: 'email' }, title: { kind: 'words', max: 4 } },
        },
      ],
    ],
  },
  {
    name: 'few people',
    rows: 160,
    columns: [
      ['text', { kind: 'firstName', isUnique: true }],
      ['text', { kind: 'lastName', isUnique: true }],
      ['text', { kind: 'fullName', isUnique: true }],
      ['text', { kind: 'phoneNumber', template: '0##-#' }],
    ],
  },
  {
    name: 'columns that go together',
    columns: [
      ['text', { kind: 'choice', key: 'plan', values: ['free', 'pro'], weights: [9, 1] }],
      ['integer', { kind: 'choice', key: 'plan', values: [0, 49], weights: [9, 1] }],
      ['text', { kind: 'city', field: 'countryCode' }],
      ['text', { kind: 'city', field: 'currency' }],
    ],
  },
  {
    name: 'times in documents',
    columns: [
      [
        'jsonb',
        {
          kind: 'json',
          fields: {
            at: { kind: 'businessHours', from: '2025-01-01', days: 200 },
            born: { kind: 'timestamp', from: '1955-01-01', to: '2020-01-01' },
            leap: { kind: 'timestamp', from: '2000-02-28', to: '2000-03-02', resolution: 'second' },
          },
        },
      ],
    ],
  },
  ...RELATED_CASES,
  ...TYPE_CASES,
]
