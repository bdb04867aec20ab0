import { defineSeed, fill, gen } from 'gigarow/seed'
import { generationData } from '../schema/energy.ts'

const GENERATORS = 1000

/** What a thousand generators fed in, every five minutes of a year: each generator once at each time. */
export default defineSeed({
  name: 'energy',
  seed: 1,
  tables: [
    fill(generationData, {
      rows: 100_000_000,
      columns: {
        timestamp: gen.timestampSteps({ from: '2025-01-01', everySeconds: 300, rowsPerStep: GENERATORS }),
        generatorId: gen.cycle({ length: GENERATORS }),
        powerOutput: gen.lognormal({ median: 14, sigma: 0.9, scale: 3, max: 1500 }),
      },
    }),
  ],
  queries: [
    {
      title: 'Generators and what they fed in',
      sql: `select count(distinct generator_id) as generators, count(*) as rows, round(avg(power_output)::numeric, 2) as average_mw from generation_data`,
    },
  ],
})
