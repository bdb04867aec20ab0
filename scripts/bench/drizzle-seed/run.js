// One measurement for ../simulation.js, in a process of its own: seed() with refine() as its documentation says, `with` for the relations
// of one to many and weights for how many. It does not import anything of gigarow.
import { sql } from 'drizzle-orm'
import { drizzle } from 'drizzle-orm/node-postgres'
import { index, pgTable, text, timestamp, uuid } from 'drizzle-orm/pg-core'
import { seed } from 'drizzle-seed'

// As in schema/users.ts.
const id = () => uuid().primaryKey().default(sql`gen_random_uuid()`)
const userId = () =>
  uuid('user_id')
    .notNull()
    .references(() => users.id, { onDelete: 'cascade' })

const users = pgTable('users', {
  id: id(),
  name: text().notNull(),
  createdAt: timestamp('created_at', { withTimezone: true }).notNull().defaultNow(),
})
const emails = pgTable('emails', { id: id(), userId: userId(), email: text().notNull() }, (t) => [
  index('emails_user_idx').on(t.userId),
])
const phoneNumbers = pgTable(
  'phone_numbers',
  { id: id(), userId: userId(), phoneNumber: text('phone_number').notNull() },
  (t) => [index('phone_numbers_user_idx').on(t.userId)],
)

// Zipf's law from 1 to 5 with a mean of two, as the profile has it.
const law = [1, 2, 3, 4, 5].map((count) => ({ count, weight: count ** -1.2536 }))
const all = law.reduce((sum, { weight }) => sum + weight, 0)
const several = law.map(({ count, weight }) => ({ count, weight: weight / all }))

const [url, count] = [String(process.argv[2]), Number(process.argv[3])]
const db = drizzle(url)
await db.execute(sql`select 1`)
const started = performance.now()
await seed(db, { users, emails, phoneNumbers }, { seed: 1 }).refine((f) => ({
  users: {
    count,
    columns: {
      name: f.fullName(),
      createdAt: f.timestamp(),
    },
    with: { emails: several, phoneNumbers: several },
  },
  emails: { columns: { email: f.email() } },
  phoneNumbers: { columns: { phoneNumber: f.phoneNumber({ template: '+1##########' }) } },
}))
const seconds = (performance.now() - started) / 1000
const { userCPUTime, systemCPUTime, maxRSS } = process.resourceUsage()
console.log(
  JSON.stringify({ seconds, cpu: (userCPUTime + systemCPUTime) / 1e6, peakRssBytes: maxRSS * 1024 }),
)
await db.$client.end()
