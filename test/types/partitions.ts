import { bigint, pgTable, text, timestamp } from 'drizzle-orm/pg-core'
import {
  hashPartitions,
  listPartitions,
  maxValue,
  minValue,
  partitionBy,
  rangePartitions,
  storage,
  timePartitions,
} from 'gigarow/schema'

/** Not run: checked by tsc. Every expected error is a mistake that a user must see while typing. */
const table = pgTable(
  't',
  {
    id: bigint({ mode: 'number' }).notNull(),
    country: text().notNull(),
    at: timestamp().notNull(),
  },
  (t) => [
    partitionBy.range(t.id),
    storage({ fillfactor: 90 }),
    // @ts-expect-error no such storage parameter
    storage({ fillfaktor: 90 }),
    // @ts-expect-error a partition key has at least one column
    partitionBy.hash(),
    // @ts-expect-error no such column
    partitionBy.range(t.nope),
  ],
)

rangePartitions(table, { by: 'id', partitions: { a: { from: minValue, to: 10 }, rest: 'default' } })
rangePartitions(table, { by: ['id', 'at'], partitions: { a: { from: [1, minValue], to: [2, maxValue] } } })
rangePartitions(table, { by: 'at', partitions: { a: { from: '2025-01-01', to: new Date(0) } } })
listPartitions(table, { by: 'country', partitions: { de: ['DE', null], rest: 'default' } })

// @ts-expect-error no such column
rangePartitions(table, { by: 'nope', partitions: {} })
// @ts-expect-error a bound of id is a number
rangePartitions(table, { by: 'id', partitions: { a: { from: 'x', to: 10 } } })
// @ts-expect-error a value of country is text
listPartitions(table, { by: 'country', partitions: { a: [5] } })
// @ts-expect-error a range has two ends
rangePartitions(table, { by: 'id', partitions: { a: { from: 1 } } })
// @ts-expect-error a table has at least one partition
hashPartitions(table, { modulus: 0 })
// @ts-expect-error half a partition
hashPartitions(table, { modulus: 2.5 })
// @ts-expect-error less than none
hashPartitions(table, { modulus: -4 })
hashPartitions(table, { modulus: 4 })
hashPartitions(table, { modulus: Number(process.env.PARTITIONS) })
// @ts-expect-error no such unit
timePartitions(table, { every: '1 fortnight', from: '2025-01-01' })
// @ts-expect-error no such policy
timePartitions(table, { every: '1 day', from: '2025-01-01', onExpire: 'archive' })
