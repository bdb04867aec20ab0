import { sql } from 'drizzle-orm'
import { bigint, index, jsonb, pgMaterializedView, pgTable, text, timestamp } from 'drizzle-orm/pg-core'
import {
  columnOptions,
  comment,
  distributeBy,
  extension,
  hashPartitions,
  includeIndex,
  listPartitions,
  materialized,
  partitionBy,
  rangePartitions,
  renamedFrom,
  sqlObject,
  statistics,
  timePartitions,
  uniqueIndex,
} from 'gigarow/schema'

const others = pgTable('others', { at: timestamp().notNull() })

/** Not run: checked by tsc. Every expected error is a mistake that a user must see while typing. */
const events = pgTable(
  'events',
  {
    id: bigint({ mode: 'number' }).notNull(),
    country: text().notNull(),
    at: timestamp().notNull(),
    payload: jsonb(),
  },
  (t) => [
    partitionBy.range(t.at),
    // @ts-expect-error a column of another table
    partitionBy.range(others.at),
    // @ts-expect-error a column of another table
    columnOptions(others.at, { statistics: 1 }),
    // @ts-expect-error a column of another table
    includeIndex('o').on(others.at),
    // @ts-expect-error a column of another table
    includeIndex('o').on(t.at).include(others.at),
    // @ts-expect-error a column of another table
    statistics('o').on(t.country, others.at),
    // @ts-expect-error a column of another table
    comment(others.at, 'what'),
    // @ts-expect-error a column of another table
    renamedFrom(others.at, 'was'),
    columnOptions(t.payload, { storage: 'external', compression: 'lz4', statistics: 1000 }),
    // @ts-expect-error no such column
    columnOptions(t.nope, { statistics: 1 }),
    distributeBy(t.country, { colocateWith: 'none' }),
    // @ts-expect-error no such column
    distributeBy(t.nope),
    // @ts-expect-error a table, or none
    distributeBy(t.country, { colocateWith: 'events' }),
    // @ts-expect-error no such way to store
    columnOptions(t.payload, { storage: 'zipped' }),
    // @ts-expect-error no such compression
    columnOptions(t.payload, { compression: 'zstd' }),
    // @ts-expect-error no such option
    columnOptions(t.payload, { statistic: 1 }),
    includeIndex('i').on(t.country.desc(), sql`lower(${t.country})`).include(t.id).where(sql`true`),
    includeIndex('g').using('gin', t.payload),
    // @ts-expect-error no such method
    includeIndex('g').using('btrie', t.payload),
    // @ts-expect-error an index has at least one column
    includeIndex('j').on(),
    // @ts-expect-error no such column
    includeIndex('k').on(t.country).include(t.nope),
    // @ts-expect-error INCLUDE takes columns, not expressions
    includeIndex('k').on(t.country).include(sql`1`),
    statistics('s').on(t.country, t.id).kinds('mcv', 'ndistinct').target(100),
    // @ts-expect-error no such kind
    statistics('s').on(t.country, t.id).kinds('median'),
    // @ts-expect-error no such column
    statistics('s').on(t.country, t.nope),
    comment('all of them'),
    comment(t.at, 'when it happened'),
    // @ts-expect-error no such column
    comment(t.nope, 'what'),
    // @ts-expect-error a comment is text
    comment(t.at),
    renamedFrom('clicks'),
    renamedFrom(t.country, 'land'),
    renamedFrom(index('events_at').on(t.at), 'clicks_at'),
    // @ts-expect-error no such column
    renamedFrom(t.nope, 'nein'),
    // @ts-expect-error the old name is missing
    renamedFrom(t.country),
  ],
)

timePartitions(events, {
  every: '1 month',
  from: '2025-01-01',
  subpartitionBy: {
    list: 'country',
    partitions: { eu: ['DE'], rest: 'default' },
    subpartitionBy: { hash: ['id', 'at'], modulus: 4 },
  },
})
rangePartitions(events, {
  by: 'at',
  partitions: {
    a: {
      from: '2025-01-01',
      to: '2026-01-01',
      subpartitionBy: { range: 'id', partitions: { low: { from: 0, to: 9 } } },
    },
  },
})
listPartitions(events, {
  by: 'country',
  partitions: { de: { values: ['DE'], subpartitionBy: { hash: 'id', modulus: 2 } }, fr: ['FR'] },
})
hashPartitions(events, { modulus: 2, subpartitionBy: { list: 'country', partitions: { rest: 'default' } } })

// @ts-expect-error no such column
hashPartitions(events, { modulus: 2, subpartitionBy: { hash: 'nope', modulus: 2 } })
// @ts-expect-error a value of country is text
hashPartitions(events, { modulus: 2, subpartitionBy: { list: 'country', partitions: { x: [5] } } })
hashPartitions(events, {
  modulus: 2,
  // @ts-expect-error a bound of id is a number
  subpartitionBy: { range: 'id', partitions: { x: { from: 'a', to: 'b' } } },
})
// @ts-expect-error a hash needs a modulus
hashPartitions(events, { modulus: 2, subpartitionBy: { hash: 'id' } })
// @ts-expect-error the values of a nested list are of the column's type
listPartitions(events, { by: 'country', partitions: { de: { values: [1] } } })

const hourly = pgMaterializedView('hourly').as((qb) =>
  qb.select({ hour: sql<Date>`date_trunc('hour', at)`.as('hour'), country: events.country }).from(events),
)
materialized(hourly, {
  indexes: (v) => [
    uniqueIndex('hourly_key').on(v.hour.desc().nullsLast(), v.country.op('text_pattern_ops')),
    uniqueIndex('hourly_lower').on(sql`lower(${v.country})`),
  ],
  withData: false,
  storage: { fillfactor: 100 },
  refresh: { every: '5 min', concurrently: true },
})
// @ts-expect-error no such column of the view
materialized(hourly, { indexes: (v) => [uniqueIndex('x').on(v.day)] })
// @ts-expect-error no such interval
materialized(hourly, { refresh: { every: '5 moons' } })
// @ts-expect-error how often is missing
materialized(hourly, { refresh: { concurrently: true } })
// @ts-expect-error no such option
materialized(hourly, { withDate: false })
// @ts-expect-error a view cannot be unlogged
materialized(hourly, { storage: { unlogged: true } })
// @ts-expect-error a table is no materialized view
materialized(events, {})

const crypto = extension('pgcrypto', { schema: 'tools', version: '1.3' })
// @ts-expect-error no such option
extension('pgcrypto', { scheme: 'tools' })

const touch = sqlObject('touch', 'create function touch() returns int language sql as $$ select 1 $$', {
  needs: [crypto, events, hourly, 'other'],
})
sqlObject('trigger', sql`create trigger t before update on ${events} execute function touch()`, {
  needs: [touch],
})
// @ts-expect-error what it needs is an object or a label
sqlObject('x', 'select 1', { needs: [5] })
// @ts-expect-error the SQL is missing
sqlObject('x')
