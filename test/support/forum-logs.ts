import { sql } from 'drizzle-orm'
import {
  bigint,
  check,
  foreignKey,
  index,
  integer,
  jsonb,
  type PgSchema,
  pgPolicy,
  primaryKey,
  text,
  unique,
  uuid,
} from 'drizzle-orm/pg-core'
import {
  hashPartitions,
  listPartitions,
  partitionBy,
  rangePartitions,
  sqlObject,
  storage,
  timePartitions,
} from '../../src/schema/index.ts'
import { at, type Exports, only, type People, type Place } from './forum.ts'

/** The partitioned tables of a part of the forum, and a table of which everybody sees the own rows. */
export function logsOf(schema: PgSchema, { users }: People, { later }: Omit<Place, 'q'>) {
  const own = {
    id: bigint({ mode: 'number' }).notNull(),
    at: at('at').notNull(),
    kind: text().notNull(),
    payload: jsonb(),
  }
  const events = schema.table(
    'events',
    { ...own, user: bigint({ mode: 'number' }), ...only(later, { source: text() }) },
    (t) => [
      partitionBy.range(t.at),
      primaryKey({ name: 'events_pk', columns: [t.id, t.at] }),
      index('events_user').on(t.user, t.at),
      index('events_brin').using('brin', t.at),
      index('events_payload').using('gin', t.payload),
      ...(later ? [index('events_kind').on(t.kind)] : []),
      foreignKey({ name: 'events_user_fk', columns: [t.user], foreignColumns: [users.id] }),
      check('events_kind_set', sql`${t.kind} <> ''`),
      storage({ fillfactor: 95 }),
    ],
  )
  const eventsParts = timePartitions(events, {
    every: '1 month',
    from: '2025-01-01',
    premake: 2,
    retain: '12 months',
  })
  const views = schema.table('page_views', { ...own, site: text().notNull() }, (t) => [
    partitionBy.list(t.site),
    index('page_views_at').on(t.at.desc()),
  ])
  const viewsParts = listPartitions(views, {
    by: 'site',
    partitions: {
      page_views_eu: ['de', 'fr'],
      ...(later ? { page_views_br: ['br'] } : {}),
      page_views_rest: 'default',
    },
  })
  const sessions = schema.table('sessions', { ...own, token: uuid().notNull() }, (t) => [
    partitionBy.hash(t.token),
    unique('sessions_token').on(t.token),
  ])
  const sessionsParts = hashPartitions(sessions, { modulus: 3 })
  const archive = schema.table('archive', { ...own, year: integer().notNull() }, (t) => [
    partitionBy.range(t.year),
    primaryKey({ columns: [t.year, t.id] }),
  ])
  const archiveParts = rangePartitions(archive, {
    by: 'year',
    partitions: {
      archive_2023: { from: 2023, to: 2024 },
      archive_2024: { from: 2024, to: 2025 },
      ...(later ? { archive_2025: { from: 2025, to: 2026 } } : {}),
    },
  })
  const notes = schema.table(
    'private_notes',
    { id: integer().primaryKey(), owner: text().notNull(), body: text() },
    (t) => [
      pgPolicy('own_notes', {
        for: later ? 'all' : 'select',
        to: 'public',
        using: sql`${t.owner} = current_user`,
      }),
    ],
  )
  return { events, eventsParts, views, viewsParts, sessions, sessionsParts, archive, archiveParts, notes }
}

export function programs(q: Place['q'], { n, later }: Omit<Place, 'q'>): Exports {
  const touch = sqlObject(
    `touch${n}`,
    `create function ${q('touch')}() returns trigger language plpgsql as $$ begin ${later ? 'perform 1;' : ''} return new; end $$`,
  )
  return {
    touch,
    trigger: sqlObject(
      `touch_posts${n}`,
      `create trigger touch before update on ${q('posts')} for each row execute function ${q('touch')}()`,
    ),
    total: sqlObject(
      `total${n}`,
      `create function ${q('total')}(author bigint) returns numeric language sql stable as $$ select sum(score) from ${q('posts')} p where p.author = total.author $$`,
    ),
    grant: sqlObject(`grant${n}`, `grant select${later ? ', update' : ''} on ${q('groups')} to public`),
  }
}
