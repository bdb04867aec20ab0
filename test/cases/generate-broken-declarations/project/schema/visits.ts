import { pgTable, text } from 'drizzle-orm/pg-core'

export const visits = pgTable('visits', { page: text().notNull() })
throw new Error('no such country: ' + visits.page.name)
