import { defineSeed, fill, gen } from 'gigarow/seed'
import { visits } from '../schema/visits.ts'

export default defineSeed({
  name: 'visits',
  seed: 1,
  tables: [
    fill(visits, {
      rows: 1000,
      columns: {
        id: gen.sequence(),
        page: gen.choice({ home: 3, search: 1 }),
        at: gen.timestamp({ from: '2025-01-01', days: 31 }),
      },
    }),
  ],
})
