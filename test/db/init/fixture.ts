import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { type Target, targetUrl } from '../../../src/db/index.ts'

const REPOSITORY = fileURLToPath(new URL('../../..', import.meta.url))

/** Lays files out in a project where gigarow, Drizzle and a driver are installed. */
export function install(root: string, files: Readonly<Record<string, string>>): void {
  mkdirSync(join(root, 'node_modules'))
  symlinkSync(REPOSITORY, join(root, 'node_modules/gigarow'))
  for (const name of ['drizzle-orm', 'drizzle-kit', 'postgres'])
    symlinkSync(join(REPOSITORY, 'node_modules', name), join(root, 'node_modules', name))
  put(root, files)
}

export function put(root: string, files: Readonly<Record<string, string>>): void {
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(root, path)), { recursive: true })
    writeFileSync(join(root, path), text)
  }
}

/** drizzle-kit as the user runs it. */
export function drizzleKit(root: string, target: Target, ...args: readonly string[]): string {
  return execFileSync(process.execPath, [join(root, 'node_modules/drizzle-kit/bin.cjs'), ...args], {
    cwd: root,
    env: { ...process.env, DATABASE_URL: targetUrl(target) },
    encoding: 'utf8',
    stdio: 'pipe',
  })
}

/** Every file of the project with what is in it. */
export function contents(root: string): ReadonlyMap<string, string> {
  const files = readdirSync(root, { recursive: true, withFileTypes: true, encoding: 'utf8' })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .filter((path) => !/[/\\](node_modules|\.gigarow)[/\\]/.test(path))
  const hash = (path: string) => createHash('sha256').update(readFileSync(path)).digest('hex')
  return new Map(files.map((path) => [path.slice(root.length + 1), hash(path)]))
}

export const SHOP: Readonly<Record<string, string>> = {
  'drizzle.config.ts': `import { defineConfig } from 'drizzle-kit'
export default defineConfig({
  dialect: 'postgresql',
  schema: ['./src/db/*.table.ts', './src/db/views'],
  out: './migrations',
  casing: 'snake_case',
  dbCredentials: { url: process.env.DATABASE_URL! },
})
`,
  'src/db/users.table.ts': `import { relations } from 'drizzle-orm'
import { boolean, index, pgEnum, pgSchema, pgTable, serial, text, timestamp, uniqueIndex, varchar } from 'drizzle-orm/pg-core'
import { orders } from './orders.table'

export const role = pgEnum('role', ['admin', 'member'])
export const audit = pgSchema('audit')

export const users = pgTable('users', {
  id: serial().primaryKey(),
  emailAddress: varchar({ length: 320 }).notNull().unique(),
  displayName: text(),
  kind: role().notNull().default('member'),
  isActive: boolean().notNull().default(true),
  createdAt: timestamp({ withTimezone: true }).notNull().defaultNow(),
}, (t) => [index('users_created_idx').on(t.createdAt.desc()), uniqueIndex().on(t.displayName)])

export const logins = audit.table('logins', {
  userId: serial().references(() => users.id),
  loggedInAt: timestamp({ withTimezone: true }).notNull(),
})

export const usersRelations = relations(users, ({ many }) => ({ orders: many(orders) }))
`,
  'src/db/orders.table.ts': `import { relations, sql } from 'drizzle-orm'
import { check, foreignKey, index, integer, jsonb, numeric, pgTable, primaryKey } from 'drizzle-orm/pg-core'
import { users } from './users.table'

export const orders = pgTable('orders', {
  orderId: integer().notNull().generatedAlwaysAsIdentity().primaryKey(),
  placedBy: integer().notNull().references(() => users.id, { onDelete: 'cascade' }),
  totalPrice: numeric({ precision: 12, scale: 2 }).notNull(),
  meta: jsonb().notNull().default({}),
}, (t) => [
  check('orders_total', sql\`\${t.totalPrice} >= 0\`),
  index('orders_meta_idx').using('gin', t.meta),
  index('orders_big_idx').on(t.placedBy).where(sql\`\${t.totalPrice} > 1000\`),
])

export const lines = pgTable('order_lines', {
  orderId: integer().notNull(),
  lineNo: integer().notNull(),
}, (t) => [
  primaryKey({ columns: [t.orderId, t.lineNo] }),
  foreignKey({ columns: [t.orderId], foreignColumns: [orders.orderId] }),
])

export const ordersRelations = relations(orders, ({ one }) => ({ user: one(users) }))
// What another file declares, exported once more under another name.
export { users as customers } from './users.table'
`,
  'src/db/views/big.ts': `import { sql } from 'drizzle-orm'
import { integer, pgMaterializedView, pgView } from 'drizzle-orm/pg-core'

export const bigOrders = pgView('big_orders', { orderId: integer('order_id') }).as(
  sql\`select order_id from orders where total_price > 1000\`,
)
export const perUser = pgMaterializedView('orders_per_user', { orders: integer() }).as(
  sql\`select placed_by, count(*)::int as orders from orders group by 1\`,
)
`,
}
