import { type Target, withDatabase } from '../../db/index.ts'
import type { Profile } from '../../seed/index.ts'
import type { Sample } from '../../tuning/index.ts'

/** What most tables have: a key, a reference, a word of few, an amount, text, a time; three indexes that sort differently. */
export const SAMPLE_DDL = `
  create table sample (
    id bigint primary key, account integer not null, kind text not null, amount numeric(12, 2) not null,
    note text not null, at timestamptz not null);
  create index on sample (account, at);
  create index on sample (note);`

export function sampleProfile(rows: number): Profile {
  const column = (name: string, type: string, kind: string, options: object = {}) => ({
    name,
    type,
    generator: { kind, ...options },
  })
  const columns = [
    column('id', 'bigint', 'sequence'),
    column('account', 'integer', 'int', { min: 1, max: 1_000_000 }),
    column('kind', 'text', 'words', { min: 1, max: 1 }),
    column('amount', 'numeric(12, 2)', 'decimal', { min: 0, max: 9_999_999.99, scale: 2 }),
    column('note', 'text', 'words', { min: 4, max: 8 }),
    column('at', 'timestamp with time zone', 'timestamp', { from: '2025-01-01', to: '2026-01-01' }),
  ]
  return { name: 'sample', seed: 1, tables: [{ table: { schema: 'public', name: 'sample' }, rows, columns }] }
}

export interface SampleLoad {
  readonly rows: number
  readonly jobs: number
  readonly signal: AbortSignal
}

/** One load as `gigarow seed` makes it, verification included, from an empty table on. */
export async function loadSample(target: Target, { rows, jobs, signal }: SampleLoad): Promise<Sample> {
  const { planLoad, seed } = await import('../../seed/index.ts')
  const plan = planLoad(sampleProfile(rows), { jobs })
  return withDatabase(target, { doing: 'loading the sample', max: jobs + 3 }, async (db) => {
    // What the load before has left to write is not this one's to pay for. Only some roles may.
    await db.sql`checkpoint`.catch(() => {})
    const wal = async () => {
      const [row] = await db.sql<{ bytes: string }[]>`
        select pg_wal_lsn_diff(pg_current_wal_insert_lsn(), '0/0')::text as bytes`
      return Number(row!.bytes)
    }
    const before = await wal()
    const options = { filler: 'copy', jobs, truncate: true, emit: () => {}, signal } as const
    const report = await seed(db, plan, options)
    // Emptying the table is not part of it.
    const phases = report.phases.filter(({ name }) => name !== 'prepare')
    return {
      seconds: phases.reduce((sum, phase) => sum + phase.seconds, 0),
      phases: Object.fromEntries(phases.map(({ name, seconds }) => [name, seconds])),
      walBytes: (await wal()) - before,
    }
  })
}
