import { count, eq, relations, type SQL, sql } from 'drizzle-orm'
import {
  type AnyPgColumn,
  bigint,
  bigserial,
  bit,
  boolean,
  char,
  check,
  cidr,
  date,
  doublePrecision,
  foreignKey,
  index,
  inet,
  integer,
  interval,
  json,
  jsonb,
  line,
  macaddr,
  macaddr8,
  numeric,
  type PgSchema,
  pgSchema,
  point,
  primaryKey,
  real,
  serial,
  smallint,
  smallserial,
  text,
  time,
  timestamp,
  unique,
  uniqueIndex,
  uuid,
  varchar,
} from 'drizzle-orm/pg-core'
import {
  columnOptions,
  comment,
  includeIndex,
  materialized,
  sqlObject,
  statistics,
  storage,
  uniqueIndex as viewIndex,
} from '../../src/schema/index.ts'
import { logsOf, programs } from './forum-logs.ts'

export type Exports = Record<string, unknown>

/** Ten parts of a forum, each a schema with twenty tables, views and functions; no two alike in all. */
const PARTS = [
  'core',
  'topics',
  'mail',
  'chat',
  'badges',
  'polls',
  'ads',
  'audit',
  'Billing',
  'search index',
] as const

/** 200 tables as a forum has them. `later`: with thirty kinds of changes, as a year of work makes them. */
export function forum({ later = false }: { readonly later?: boolean } = {}): Exports {
  const all: Exports = {}
  PARTS.forEach((name, n) => {
    for (const [key, value] of Object.entries(part({ name, n, later: later && n === 0 })))
      all[`${name}_${key}`] = value
  })
  return all
}

interface Part {
  readonly name: string
  readonly n: number
  readonly later: boolean
}

/** Typed as if they were there: a query that names them is written for the day on which they are. */
export const only = <T extends object>(on: boolean, columns: T): T => (on ? columns : {}) as T
export const at = (name: string) => timestamp(name, { withTimezone: true })

/** The first part, before the changes, with its types: for queries. */
export const forumPart = () => part({ name: PARTS[0], n: 0, later: false })

function part({ name, n, later }: Part) {
  const schema: PgSchema = pgSchema(name)
  const q = (object: string) => `"${name}"."${object}"`
  const people = peopleOf(schema, { n, later, q })
  const work = workOf(schema, people, { n, later, q })
  const logs = logsOf(schema, people, { n, later })
  return { schema, ...people, ...work, ...logs, ...programs(q, { n, later }) }
}

export interface Place extends Omit<Part, 'name'> {
  readonly q: (object: string) => string
}

function peopleOf(schema: PgSchema, { n, later, q }: Place) {
  const level = schema.enum(
    'level',
    later ? ['guest', 'member', 'senior', 'staff'] : ['guest', 'member', 'staff'],
  )
  const numbers = schema.sequence('ticket_numbers', {
    startWith: 100 + n,
    increment: 5,
    maxValue: 1_000_000,
    cycle: true,
  })
  const users = schema.table(
    'users',
    {
      id: bigint({ mode: 'number' })
        .primaryKey()
        .generatedAlwaysAsIdentity({ startWith: 1000 * n + 1, cache: 10 }),
      uid: uuid().notNull().defaultRandom(),
      username: varchar({ length: later ? 120 : 60 }).notNull(),
      name: text(),
      mail: text().notNull(),
      level: level().notNull().default('guest'),
      levels: level().array(),
      trust: smallint()
        .notNull()
        .default(later ? 1 : 0),
      active: boolean().notNull().default(true),
      country: char({ length: 2 }),
      ip: inet('registration_ip'),
      invitedBy: bigint('invited_by', { mode: 'number' }).references((): AnyPgColumn => users.id, {
        onDelete: 'set null',
      }),
      searchable: text().generatedAlwaysAs((): SQL => sql`lower(${users.username})`),
      settings: jsonb()
        .notNull()
        .default({ theme: "it's", n: [1, 2] }),
      createdAt: at('created_at').notNull().defaultNow(),
      ...only(later, { timezone: text().notNull().default('UTC'), seenAt: at('seen_at') }),
      ...only(!later, { legacy: integer('legacy_id') }),
    },
    (t) => [
      unique('users_mail_key').on(t.mail),
      uniqueIndex('users_username').on(sql`lower(${t.username})`),
      index('users_active').on(t.createdAt.desc().nullsLast(), t.trust).where(sql`${t.active}`),
      index('users_settings').using('gin', t.settings.op('jsonb_path_ops')),
      index('users_ip').using('gist', t.ip.op('inet_ops')),
      check('users_mail_at', later ? sql`${t.mail} like '%_@_%'` : sql`${t.mail} like '%@%'`),
      check('users_trust', sql`${t.trust} between 0 and 4`),
      comment(later ? 'who writes and reads' : 'who writes'),
      comment(t.ip, 'of the first visit'),
      columnOptions(t.name, { statistics: later ? 500 : 200 }),
      ...(later ? [index('users_seen').using('brin', t.seenAt)] : []),
    ],
  )
  const groups = schema.table(
    'groups',
    {
      id: serial().primaryKey(),
      title: text().notNull().unique(),
      owner: bigint({ mode: 'number' }).references((): AnyPgColumn => users.id),
      visible: boolean().notNull().default(later),
      mainThing: integer('main_thing').references((): AnyPgColumn => things.id),
      created: timestamp({ precision: 3, mode: 'string' }).notNull().default(sql`now()`),
    },
    (t) => [index('groups_owner').on(t.owner)],
  )
  // A circle: each group has a main thing, each thing a group.
  const things = schema.table('things', {
    id: smallserial().primaryKey(),
    groupId: integer('group_id')
      .notNull()
      .references((): AnyPgColumn => groups.id, { onDelete: 'cascade', onUpdate: 'restrict' }),
    weight: numeric({ precision: 10, scale: 3 }).notNull().default('1.5'),
    size: real().default(0.5),
    height: doublePrecision(),
  })
  const members = schema.table(
    'group_members',
    {
      groupId: integer('group_id')
        .notNull()
        .references(() => groups.id),
      userId: bigint('user_id', { mode: 'number' })
        .notNull()
        .references(() => users.id),
      role: text({ enum: ['owner', 'member'] })
        .notNull()
        .default('member'),
      since: date().notNull().default(sql`CURRENT_DATE`),
    },
    (t) => [
      primaryKey({ name: 'group_members_pk', columns: [t.groupId, t.userId] }),
      includeIndex('members_user').on(t.userId).include(t.role),
    ],
  )
  const badges = schema.table(
    'member_badges',
    {
      groupId: integer('group_id').notNull(),
      userId: bigint('user_id', { mode: 'number' }).notNull(),
      badge: text().notNull(),
      number: integer()
        .notNull()
        .default(sql.raw(`nextval('${q('ticket_numbers')}'::regclass)`)),
    },
    (t) => [
      foreignKey({
        name: 'member_badges_member',
        columns: [t.groupId, t.userId],
        foreignColumns: [members.groupId, members.userId],
      }).onDelete('cascade'),
      unique('badge_once').on(t.groupId, t.userId, t.badge),
    ],
  )
  const usersRelations = relations(users, ({ many }) => ({ memberships: many(members) }))
  const membersRelations = relations(members, ({ one }) => ({
    user: one(users, { fields: [members.userId], references: [users.id] }),
    group: one(groups, { fields: [members.groupId], references: [groups.id] }),
  }))
  return { level, numbers, users, groups, things, members, badges, usersRelations, membersRelations }
}

export type People = ReturnType<typeof peopleOf>

function workOf(schema: PgSchema, { users, groups }: People, { n, later, q }: Place) {
  const posts = schema.table(
    'posts',
    {
      id: bigserial({ mode: 'bigint' }).primaryKey(),
      author: bigint({ mode: 'number' }).references(() => users.id, { onDelete: 'set default' }),
      group: integer('group').references(() => groups.id),
      replyTo: bigint('reply_to', { mode: 'bigint' }).references((): AnyPgColumn => posts.id),
      raw: text().notNull(),
      cooked: text(),
      words: integer().generatedAlwaysAs(sql`length(raw) - length(replace(raw, ' ', '')) + 1`),
      tags: text().array().notNull().default(sql`'{}'::text[]`),
      matrix: integer().array().array(),
      score: numeric({ precision: later ? 14 : 12, scale: 2 }),
      hidden: boolean().notNull().default(false),
      at: at('at').notNull().default(sql`clock_timestamp()`),
      ...only(later, { editedBy: bigint('edited_by', { mode: 'number' }).references(() => users.id) }),
    },
    (t) => [
      index('posts_author').on(t.author, t.at.desc()),
      index('posts_tags').using('gin', t.tags),
      index('posts_text').using('gin', sql`to_tsvector('simple', ${t.raw})`),
      later
        ? index('posts_hidden').on(t.at, t.id).where(sql`${t.hidden}`)
        : index('posts_hidden').on(t.at).where(sql`${t.hidden}`),
      check('posts_length', sql`length(${t.raw}) > 0`),
      columnOptions(t.cooked, { storage: 'external', compression: 'pglz' }),
      statistics('posts_stats').on(t.author, t.group),
      storage({ fillfactor: later ? 85 : 90, autovacuum_vacuum_scale_factor: 0.05 }),
    ],
  )
  // A table for each thing that a forum keeps of a post: plain, small, each with other types.
  const likes = schema.table(
    'likes',
    {
      post: bigint({ mode: 'bigint' })
        .notNull()
        .references(() => posts.id),
      who: bigint({ mode: 'number' })
        .notNull()
        .references(() => users.id),
      at: at('at').notNull().defaultNow(),
    },
    (t) => [primaryKey({ columns: [t.post, t.who] })],
  )
  const places = schema.table(
    'places',
    {
      id: integer().primaryKey().generatedByDefaultAsIdentity(),
      where: point().notNull().default([1, -2.5]),
      names: text().array().notNull().default(["it's", 'a "b"']),
      said: jsonb().notNull().default('plain'),
      way: line({ mode: 'abc' }),
      net: cidr(),
      card: macaddr(),
      card8: macaddr8(),
      flags: bit({ dimensions: 8 }).notNull().default(sql`B'00000000'`),
      opens: time().notNull().default('09:00'),
      closes: time({ withTimezone: true, precision: 0 }),
      lasts: interval().notNull().default('1 day'),
      fine: interval({ fields: 'day to second', precision: 3 }),
      notes: json(),
    },
    (t) => [index('places_where').using('gist', t.where)],
  )
  const odd = schema.table(
    'Odd "name"; table'.replaceAll('"', '').replaceAll(';', ''),
    {
      id: integer('Id').primaryKey(),
      select: text('select').notNull().default("a 'quoted' \\ value"),
      'two words': text('two words'),
      dot: text('a.b'),
    },
    (t) => [index('Odd Index').on(t.select), check('Odd.Check', sql`${t.select} <> ''`)],
  )
  const renamed = schema.table(later ? 'attachments' : 'uploads', {
    id: integer().primaryKey(),
    post: bigint({ mode: 'bigint' }).references(() => posts.id),
    bytes: bigint({ mode: 'bigint' }).notNull().default(0n),
    sha: char({ length: 40 }).notNull(),
  })
  const plain = Object.fromEntries(
    ['drafts', 'bookmarks', 'reviews', 'flags', 'invites'].map((name, i) => [
      name,
      schema.table(
        name,
        {
          id: i % 2 === 0 ? integer().primaryKey() : integer().primaryKey().generatedAlwaysAsIdentity(),
          user: bigint({ mode: 'number' })
            .notNull()
            .references(() => users.id, { onDelete: i % 2 ? 'cascade' : 'restrict' }),
          state: varchar({ length: 10 + i })
            .notNull()
            .default(`s${n}`),
          body: i % 2 ? jsonb() : text(),
          until: i % 3 ? date() : at('until'),
          ...(later && i === 0 ? { kind: text().notNull().default('post') } : {}),
        },
        (t) => [
          index(`${name}_user`).on(t.user, t.state),
          check(`${name}_state`, sql`${t.state} <> ''`),
          ...(later && i === 1 ? [unique(`${name}_once`).on(t.user, t.until)] : []),
        ],
      ),
    ]),
  )
  const active = schema.view('active_users').as((qb) =>
    qb
      .select({ id: users.id, name: users.username, posts: count().as('posts') })
      .from(users)
      .innerJoin(posts, eq(posts.author, users.id))
      .where(eq(users.active, true))
      .groupBy(users.id, users.username),
  )
  const top = schema.materializedView('top_tags').as((qb) =>
    qb
      .select({ tag: sql<string>`unnest(${posts.tags})`.as('tag'), n: sql<number>`count(*)`.as('n') })
      .from(posts)
      .groupBy(sql`1`),
  )
  const topRules = materialized(top, {
    indexes: (v) => [
      viewIndex('top_tags_key').on(v.tag),
      ...(later ? [viewIndex('top_tags_n').on(v.n, v.tag)] : []),
    ],
    refresh: { every: '5 min', concurrently: true },
  })
  const best = sqlObject(
    `best${n}`,
    `create view ${q('best')} with (security_barrier) as select * from ${q('active_users')} where posts > ${later ? 20 : 10}`,
  )
  return { posts, likes, places, odd, renamed, ...plain, active, top, topRules, [`best${n}`]: best }
}
