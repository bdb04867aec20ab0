import type { GeneratorSpec } from '../../../src/seed/index.ts'

export interface ConformanceCase {
  readonly name: string
  readonly columns: readonly (readonly [type: string, generator: GeneratorSpec])[]
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
]
