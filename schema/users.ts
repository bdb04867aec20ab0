import { sql } from 'drizzle-orm'
import { index, pgTable, text, timestamp, uniqueIndex, uuid } from 'drizzle-orm/pg-core'

/**
 * Ten million users and what reaches them, 50 million rows in three tables. Keys are random UUIDs of the server's own
 * gen_random_uuid(): the same as uuid_generate_v4(), and no extension is needed for it.
 */
const id = () => uuid().primaryKey().default(sql`gen_random_uuid()`)

export const users = pgTable('users', {
  id: id(),
  name: text().notNull(),
  createdAt: timestamp('created_at', { withTimezone: true }).notNull().defaultNow(),
})

/** One to five for each user, most have few; no address twice. */
export const emails = pgTable(
  'emails',
  {
    id: id(),
    userId: uuid('user_id')
      .notNull()
      .references(() => users.id, { onDelete: 'cascade' }),
    email: text().notNull(),
  },
  (t) => [index('emails_user_idx').on(t.userId), uniqueIndex('emails_email_key').on(t.email)],
)

export const phoneNumbers = pgTable(
  'phone_numbers',
  {
    id: id(),
    userId: uuid('user_id')
      .notNull()
      .references(() => users.id, { onDelete: 'cascade' }),
    phoneNumber: text('phone_number').notNull(),
  },
  (t) => [index('phone_numbers_user_idx').on(t.userId)],
)
