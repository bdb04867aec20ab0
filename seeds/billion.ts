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
})
