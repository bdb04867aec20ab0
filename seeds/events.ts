import { defineSeed, fill, gen } from 'gigarow/seed'
import { events } from '../schema/events.ts'

/** A year of product analytics: 20 % of a million users make 80 % of the events, mostly in office hours. */
export default defineSeed({
  name: 'events',
  seed: 1,
  tables: [
    fill(events, {
      rows: 100_000_000,
      columns: {
        id: gen.sequence(),
        userId: gen.pareto({ max: 1_000_000, share: 0.8, of: 0.2 }),
        eventType: gen.choice({
          page_view: 60,
          click: 22,
          search: 8,
          add_to_cart: 5,
          signup: 3,
          purchase: 2,
        }),
        eventTime: gen.businessHours({ from: '2025-01-01', to: '2026-01-01' }),
        payload: gen.json({
          city: gen.city(),
          country: gen.city({ field: 'country' }),
          lat: gen.city({ field: 'latitude' }),
          lon: gen.city({ field: 'longitude' }),
          device: gen.choice({ mobile: 58, desktop: 37, tablet: 5 }),
          browser: gen.choice({ chrome: 65, safari: 19, edge: 6, firefox: 5, samsung: 3, opera: 2 }),
          duration_ms: gen.int({ min: 20, max: 30_000 }),
          session: gen.hex(16),
        }),
      },
    }),
  ],
  queries: [
    {
      title: 'Events of each month',
      sql: `select date_trunc('month', event_time at time zone 'UTC')::date as month, count(*) as events from events group by 1 order by 1`,
    },
    {
      title: 'Kinds of events',
      sql: `select event_type, count(*) as events, count(distinct user_id) as users from events group by event_type order by events desc`,
    },
  ],
})
