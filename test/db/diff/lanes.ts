import { randomUUID } from 'node:crypto'
import { openPool, type Sql, type Target } from '../../../src/db/index.ts'
import { ident } from '../../../src/kernel/index.ts'

/** Two databases that are emptied between the pairs: ten times cheaper than new ones. */
export interface Lane {
  readonly a: Side
  readonly b: Side
}

export interface Side {
  readonly target: Target
  readonly sql: Sql
}

export interface Lanes {
  /** A lane that nobody else uses meanwhile, both databases empty. */
  readonly use: <T>(work: (lane: Lane) => Promise<T>) => Promise<T>
  readonly close: () => Promise<void>
}

/** Roles belong to the server: those that the pairs grant to. */
const ROLES = ['gigarow_pairs_reader', 'gigarow_pairs_writer', 'gigarow_pairs Dr. "No"']

export async function openLanes(server: Target, count: number): Promise<Lanes> {
  const admin = openPool(server, { max: 1, applicationName: 'gigarow tests' })
  for (const role of ROLES)
    await admin.unsafe(`create role ${ident(role)}`).catch((error: { code?: string }) => {
      if (error.code !== '42710') throw error
    })
  const run = randomUUID().slice(0, 8)
  const sides: Side[] = []
  for (let n = 0; n < 2 * count; n++) {
    const target = { ...server, database: `gigarow_test_pairs_${run}_${n}` }
    await admin.unsafe(`create database ${ident(target.database)} template template0`)
    sides.push({ target, sql: openPool(target, { max: 2, applicationName: 'gigarow tests' }) })
  }
  const free: Lane[] = Array.from({ length: count }, (_, n) => ({ a: sides[2 * n]!, b: sides[2 * n + 1]! }))
  const waiting: ((lane: Lane) => void)[] = []
  const take = () =>
    free.length > 0 ? Promise.resolve(free.pop()!) : new Promise<Lane>((resolve) => waiting.push(resolve))
  const give = (lane: Lane) => {
    const next = waiting.shift()
    if (next) next(lane)
    else free.push(lane)
  }
  return {
    use: async (work) => {
      const lane = await take()
      try {
        await Promise.all([empty(lane.a.sql), empty(lane.b.sql)])
        return await work(lane)
      } finally {
        give(lane)
      }
    },
    close: async () => {
      await Promise.all(sides.map(({ sql }) => sql.end({ timeout: 5 })))
      for (const { target } of sides)
        await admin.unsafe(`drop database if exists ${ident(target.database)} with (force)`)
      // Another run on the same server may still use them.
      for (const role of ROLES) await admin.unsafe(`drop role if exists ${ident(role)}`).catch(() => {})
      await admin.end({ timeout: 5 })
    },
  }
}

async function empty(sql: Sql): Promise<void> {
  await sql.unsafe(`do $$
    declare name text;
    begin
      for name in select extname from pg_extension where extname <> 'plpgsql' loop
        execute format('drop extension %I cascade', name);
      end loop;
      for name in select nspname from pg_namespace where nspname !~ '^pg_' and nspname <> 'information_schema' loop
        execute format('drop schema %I cascade', name);
      end loop;
      create schema public;
      grant usage on schema public to public;
      if current_setting('server_version_num')::int < 150000 then grant create on schema public to public; end if;
    end $$`)
}
