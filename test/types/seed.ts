import { sql } from 'drizzle-orm'
import {
  bigint,
  bigserial,
  boolean,
  char,
  customType,
  date,
  doublePrecision,
  integer,
  interval,
  json,
  jsonb,
  numeric,
  pgEnum,
  pgTable,
  real,
  text,
  time,
  timestamp,
  uuid,
  varchar,
} from 'drizzle-orm/pg-core'
import { fill, gen } from 'gigarow/seed'

// Checked by tsc, never run: each @ts-expect-error must be an error.

const orders = pgTable('orders', {
  id: bigserial({ mode: 'bigint' }).primaryKey(),
  userId: bigint('user_id', { mode: 'number' }).notNull(),
  status: varchar({ length: 20, enum: ['open', 'paid'] }).notNull(),
  note: text(),
  amount: numeric({ precision: 10, scale: 2 }).notNull(),
  score: doublePrecision(),
  paid: boolean().notNull().default(false),
  createdAt: timestamp('created_at', { mode: 'string' }).notNull(),
  day: date(),
  ref: uuid().notNull(),
  payload: jsonb(),
  count: integer(),
  twice: integer().generatedAlwaysAs(sql`count * 2`),
})

const span = { from: '2025-01-01', days: 3 } as const
const required = {
  userId: gen.pareto({ max: 10 }),
  status: gen.choice({ open: 3, paid: 1 }),
  amount: gen.decimal({ max: 9.99 }),
  createdAt: gen.timestamp(span),
  ref: gen.uuid(),
}

fill(orders, { rows: 1, columns: required })
fill(orders, {
  rows: 1,
  columns: {
    ...required,
    id: gen.sequence(),
    amount: gen.int({ max: 3 }),
    note: gen.nullable(gen.hex(3), 0.5),
    score: gen.city({ field: 'latitude' }),
    paid: gen.choice([true, false]),
    day: gen.businessHours(span),
    payload: gen.json({ a: gen.nullable(gen.boolean(), 0.1), b: gen.json({}) }),
    count: gen.choice([
      { value: 200, weight: 9 },
      { value: 404, weight: 1 },
    ]),
  },
})

const { ref: _ref, ...withoutRef } = required
// @ts-expect-error ref is not null and has no default
fill(orders, { rows: 1, columns: withoutRef })
// @ts-expect-error there is no such column
fill(orders, { rows: 1, columns: { ...required, nope: gen.uuid() } })
// @ts-expect-error the server computes it
fill(orders, { rows: 1, columns: { ...required, twice: gen.sequence() } })
// @ts-expect-error user_id is not null
fill(orders, { rows: 1, columns: { ...required, userId: gen.nullable(gen.sequence(), 0.5) } })
// @ts-expect-error text in a bigint
fill(orders, { rows: 1, columns: { ...required, userId: gen.hex(8) } })
// @ts-expect-error whole numbers in a text
fill(orders, { rows: 1, columns: { ...required, note: gen.int({ max: 3 }) } })
// @ts-expect-error a city's name in a number
fill(orders, { rows: 1, columns: { ...required, score: gen.city() } })
// @ts-expect-error numbers in a choice for a text
fill(orders, { rows: 1, columns: { ...required, status: gen.choice([1, 2]) } })
// @ts-expect-error decimals in a whole number
fill(orders, { rows: 1, columns: { ...required, count: gen.decimal({ max: 1 }) } })
// @ts-expect-error a time needs an end
gen.timestamp({ from: '2025-01-01' })

const shop = fill(orders, { rows: 10, columns: { ...required, id: gen.sequence() } })
const plan = gen.together('plan', [
  { weight: 9, name: 'free', cents: 0 },
  { weight: 1, name: 'pro', cents: 4900 },
])
fill(orders, {
  rows: 1,
  columns: {
    ...required,
    id: gen.permuted(),
    userId: gen.children(shop, 'userId', { max: 5 }),
    ref: gen.reference(shop, 'ref', { skew: 'pareto' }),
    status: plan.name,
    count: plan.cents,
    note: gen.email(),
    amount: gen.lognormal({ median: 20, sigma: 1, scale: 2 }),
    createdAt: gen.timestampRecent(span),
  },
})
fill(orders, { rows: 1, columns: { ...required, ref: gen.uuid({ version: 7, ...span }) } })
fill(orders, {
  rows: 1,
  columns: {
    ...required,
    paid: gen.pair({ makes: 'boolean', sql: (i) => `${i} % 2 = 0`, js: (i) => i % 2 === 0 }),
  },
})

// @ts-expect-error a UUID in a bigint
fill(orders, { rows: 1, columns: { ...required, userId: gen.reference(shop, 'ref') } })
// @ts-expect-error there is no such column to point at
gen.reference(shop, 'nope')
// @ts-expect-error children need a limit or degrees
gen.children(shop, 'id', {})
// @ts-expect-error a share is Pareto's, not Zipf's
gen.reference(shop, 'id', { skew: 'zipf', share: 0.8 })
// @ts-expect-error a name in a number
fill(orders, { rows: 1, columns: { ...required, count: plan.name } })
// @ts-expect-error decimals in a whole number
fill(orders, { rows: 1, columns: { ...required, count: gen.normal({ mean: 1, stddev: 1, scale: 2 }) } })
// @ts-expect-error a version 7 needs its time
gen.uuid({ version: 7 })
// @ts-expect-error whole numbers need bounds
gen.pair({ makes: 'int', sql: (i) => i, js: (i) => i })
// @ts-expect-error js must make what makes says
gen.pair({ makes: 'int', min: 0, max: 1, sql: (i) => i, js: (i) => `${i}` })

const mood = pgEnum('mood', ['sad', 'ok', 'happy'])
const level = pgEnum('level', { Low: '1', High: '2' } as const)
const bytea = customType<{ data: Buffer }>({ dataType: () => 'bytea' })
const things = pgTable('things', {
  id: integer().primaryKey(),
  parentId: integer('parent_id'),
  firstId: integer('first_id').notNull(),
  ref: uuid().notNull(),
  mood: mood().notNull(),
  level: level(),
  tags: text().array().notNull(),
  scores: integer().array(),
  data: json().notNull(),
  raw: bytea().notNull(),
  ratio: real().notNull(),
  at: time().notNull(),
  lasted: interval().notNull(),
  code: char({ length: 2 }).notNull(),
})
const thing = {
  id: gen.sequence(),
  firstId: gen.earlier('id', { first: 'itself' }),
  ref: gen.uuid(),
  mood: gen.choice({ sad: 1, ok: 2 }),
  tags: gen.array(gen.nullable(gen.firstName(), 0.1), { max: 3 }),
  data: gen.json({ tags: gen.array(gen.email()) }),
  raw: gen.bytes(16),
  ratio: gen.decimal({ max: 1 }),
  at: gen.timestamp(span),
  lasted: gen.exponential({ mean: 60 }),
  code: gen.city({ field: 'countryCode' }),
} as const
const filled = fill(things, { rows: 1, columns: thing })
const weather = gen.together('weather', [{ mood: 'sad' }, { mood: 'happy' }])
fill(things, {
  rows: 1,
  columns: {
    ...thing,
    parentId: gen.earlier('id', { children: 8 }),
    mood: weather.mood,
    level: gen.nullable(gen.choice(['1', '2']), 0.1),
    scores: gen.array(gen.int({ max: 3 })),
  },
})
fill(things, { rows: 1, columns: { ...thing, mood: gen.reference(filled, 'mood', { key: 'a' }) } })
fill(things, {
  rows: 1,
  columns: {
    ...thing,
    mood: gen.pair({
      makes: 'text',
      sql: (i) => `case when ${i} = 1 then 'sad' else 'ok' end`,
      js: (i) => (i === 1 ? 'sad' : 'ok'),
    }),
  },
})
fill(things, { rows: 1, columns: thing, domains: { raw: 'bytea' } })

// @ts-expect-error no value of the enum
fill(things, { rows: 1, columns: { ...thing, mood: gen.choice(['sad', 'angry']) } })
// @ts-expect-error no value of the enum
fill(things, { rows: 1, columns: { ...thing, mood: gen.choice({ sad: 1, angry: 1 }) } })
// @ts-expect-error any text, where an enum is
fill(things, { rows: 1, columns: { ...thing, mood: gen.firstName() } })
// @ts-expect-error mood is not null
fill(things, { rows: 1, columns: { ...thing, mood: gen.nullable(gen.choice(['ok']), 0.1) } })
// @ts-expect-error the values of an enum by its values, not by its keys
fill(things, { rows: 1, columns: { ...thing, level: gen.choice(['Low']) } })
// @ts-expect-error texts in an array of numbers
fill(things, { rows: 1, columns: { ...thing, scores: gen.array(gen.firstName()) } })
// @ts-expect-error an array where a text is
fill(things, { rows: 1, columns: { ...thing, code: gen.array(gen.firstName()) } })
// @ts-expect-error the first row has no earlier one, and first_id is not null
fill(things, { rows: 1, columns: { ...thing, firstId: gen.earlier('id') } })
// @ts-expect-error a UUID in an integer
fill(things, { rows: 1, columns: { ...thing, parentId: gen.earlier('ref') } })
// @ts-expect-error there is no such column
fill(things, { rows: 1, columns: { ...thing, parentId: gen.earlier('nope') } })
// @ts-expect-error not a column of a domain
fill(things, { rows: 1, columns: thing, domains: { nope: 'text' } })
// @ts-expect-error bytes in a text
fill(things, { rows: 1, columns: { ...thing, code: gen.bytes(2) } })
