import { defineSeed, fill, gen } from 'gigarow/seed'
import { emails, phoneNumbers, users } from '../schema/users.ts'

const people = fill(users, {
  rows: 10_000_000,
  columns: {
    id: gen.uuid(),
    name: gen.fullName(),
    createdAt: gen.timestampRecent({ from: '2020-01-01', to: '2026-01-01', halfLifeDays: 500 }),
  },
})

/** Ten million users; each has one to five emails and as many phone numbers, by Zipf's law: most have few. 50 million rows. */
export default defineSeed({
  name: 'simulation',
  seed: 1,
  tables: [
    people,
    fill(emails, {
      rows: 20_000_000,
      columns: {
        id: gen.uuid(),
        userId: gen.children(people, 'id', { min: 1, max: 5, key: 'emails' }),
        email: gen.email(),
      },
    }),
    fill(phoneNumbers, {
      rows: 20_000_000,
      columns: {
        id: gen.uuid(),
        userId: gen.children(people, 'id', { min: 1, max: 5, key: 'phone numbers' }),
        phoneNumber: gen.phoneNumber(),
      },
    }),
  ],
  queries: [
    {
      title: 'Rows of each table',
      sql: `select 'users' as table, count(*) as rows from users union all select 'emails', count(*) from emails union all select 'phone_numbers', count(*) from phone_numbers`,
    },
    {
      title: 'Emails of a user',
      sql: `select emails, count(*) as users, round(100.0 * count(*) / sum(count(*)) over (), 2) as percent
              from (select count(*) as emails from emails group by user_id) per_user group by emails order by emails`,
    },
    {
      title: 'Phone numbers of a user',
      sql: `select numbers, count(*) as users, round(100.0 * count(*) / sum(count(*)) over (), 2) as percent
              from (select count(*) as numbers from phone_numbers group by user_id) per_user group by numbers order by numbers`,
    },
  ],
})
