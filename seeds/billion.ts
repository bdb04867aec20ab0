import { defineSeed, fill, gen } from 'gigarow/seed'
import { billionRows } from '../schema/billion.ts'

export default defineSeed({
  name: 'billion',
  seed: 1,
  tables: [
    fill(billionRows, {
      rows: 1_000_000_000,
      columns: {
        id: gen.sequence(),
        value: gen.hex(32),
        createdAt: gen.timestamp({ from: '2025-01-01', days: 365 }),
      },
    }),
  ],
  queries: [
    {
      title: 'Rows and their span',
      sql: `select count(*) as rows, min(id) as first_id, max(id) as last_id, min(created_at) as first, max(created_at) as last from billion_rows`,
    },
  ],
})
