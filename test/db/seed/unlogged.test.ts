import { beforeEach, describe, expect, test } from 'vitest'
import { type Sql, withDatabase } from '../../../src/db/index.ts'
import type { ColumnFill, Profile, SeedEvent } from '../../../src/seed/index.ts'
import { testDatabase } from '../../support/index.ts'
import {
  BILLION_DDL,
  billionProfile,
  load,
  resumeLoad,
  structureOf,
  tableDigest,
} from '../../support/load.ts'

const target = testDatabase()
const ROWS = 12_000
const onDatabase = <T>(use: (sql: Sql) => Promise<T>) =>
  withDatabase(target, { doing: 'testing', max: 2 }, ({ sql }) => use(sql))
const run = (sql: string) => onDatabase((db) => db.unsafe(sql).simple())

beforeEach(() =>
  run(
    `drop schema if exists gigarow cascade; drop schema public cascade; create schema public; ${BILLION_DDL}`,
  ),
)

/** Everything on the tables, and whether they, their indexes and sequences are logged. */
const structure = () => onDatabase(async (sql) => [await structureOf(sql), await persistence(sql)])
const persistence = (sql: Sql) =>
  sql`select relname, relpersistence::text as as_is from pg_class where relnamespace = 'public'::regnamespace order by 1`
const unlogged = async () =>
  (await onDatabase(persistence)).filter((row) => row.as_is === 'u').map((row) => row.relname)

async function loadUnlogged(profile: Profile, options: Parameters<typeof load>[2] = {}) {
  const said: string[] = []
  let during: string[] = []
  let seen = Promise.resolve()
  const report = await load(target, profile, {
    unlogged: true,
    ...options,
    emit: (event: SeedEvent) => {
      if (event.type === 'notice') said.push(event.message)
      if (event.type === 'phase.started' && event.phase === 'load')
        seen = unlogged().then((names) => {
          during = names
        })
      options.emit?.(event)
    },
  })
  await seen
  return { report, said: said.join('\n'), during }
}

const stopAt = (phase: string) => {
  const controller = new AbortController()
  const emit = (event: SeedEvent) => {
    if (event.type === 'phase.started' && event.phase === phase) controller.abort()
  }
  return { signal: controller.signal, emit }
}
const INTERRUPTED = { code: 'INTERRUPTED' }

const PARTITIONED = `
  create table t (id bigint not null, at timestamptz not null, primary key (id, at)) partition by range (at);
  create table t_1 partition of t for values from ('2025-01-01') to ('2025-07-01');
  create unlogged table t_2 partition of t for values from ('2025-07-01') to ('2025-10-01');
  create table t_3 partition of t for values from ('2025-10-01') to ('2026-01-01')`
const partitioned = (kind: string): Profile => {
  const at: ColumnFill = {
    name: 'at',
    type: 'timestamptz',
    generator: { kind, from: '2025-01-01', to: '2026-01-01' },
  }
  const id: ColumnFill = { name: 'id', type: 'bigint', generator: { kind: 'sequence' } }
  return {
    name: 'parts',
    seed: 1,
    tables: [{ table: { schema: 'public', name: 't' }, rows: ROWS, columns: [id, at] }],
  }
}

describe('--unlogged', () => {
  test('loads into an unlogged table and leaves a logged one, with the same rows', async () => {
    await load(target, billionProfile(ROWS))
    const whole = await onDatabase((sql) => tableDigest(sql, 'billion_rows'))
    const before = await structure()
    const { during, said } = await loadUnlogged(billionProfile(ROWS), { truncate: true })
    expect(during).toContain('billion_rows')
    expect(said).toContain(
      'billion_rows is unlogged until all rows are there: a crash of the server before that empties it',
    )
    expect(await structure()).toEqual(before)
    expect(await onDatabase((sql) => tableDigest(sql, 'billion_rows'))).toBe(whole)
  })

  test.each(['timestampSeries', 'timestamp'])(
    'takes partition by partition, and leaves those unlogged that were (%s)',
    async (kind) => {
      await run(PARTITIONED)
      const before = await structure()
      const { during } = await loadUnlogged(partitioned(kind))
      expect(during).toEqual(['t_1', 't_2', 't_2_pkey', 't_3'].filter((name) => name !== 't_2_pkey'))
      expect(await structure()).toEqual(before)
    },
  )

  test('a load that stops is unlogged until --resume, which leaves it logged', async () => {
    const before = await structure()
    await expect(loadUnlogged(billionProfile(ROWS), stopAt('indexes'))).rejects.toMatchObject(INTERRUPTED)
    expect(await unlogged()).toContain('billion_rows')
    await resumeLoad(target)
    expect(await structure()).toEqual(before)
  })

  test.each([true, false])(
    'a load that is given up is logged again by the one that takes over (--unlogged: %s)',
    async (again) => {
      const before = await structure()
      await expect(loadUnlogged(billionProfile(ROWS), stopAt('load'))).rejects.toMatchObject(INTERRUPTED)
      await load(target, billionProfile(ROWS), { truncate: true, unlogged: again })
      expect(await structure()).toEqual(before)
    },
  )

  test('rows that break a key leave the table logged', async () => {
    await run('create unique index one_day on billion_rows ((created_at::date))')
    await expect(loadUnlogged(billionProfile(ROWS))).rejects.toMatchObject({ code: 'SEED_BREAKS_CONSTRAINT' })
    expect(await unlogged()).toEqual([])
  })

  test('leaves a table logged that is published, or has a foreign key that stays, and says why', async () => {
    await run('create publication all_of_it for table billion_rows')
    const { during, said } = await loadUnlogged(billionProfile(ROWS))
    expect(during).toEqual([])
    expect(said).toContain('billion_rows stays logged: it is in publication all_of_it')
    await run('drop publication all_of_it; create table pointing (id bigint references billion_rows)')
    await run('truncate pointing, billion_rows')
    const kept = await loadUnlogged(billionProfile(ROWS), { indexes: 'keep' })
    expect(kept.during).toEqual([])
    expect(kept.said).toContain('billion_rows stays logged: the foreign key pointing_id_fkey stays on')
    const dropped = await loadUnlogged(billionProfile(ROWS), { truncate: true })
    expect(dropped.during).toContain('billion_rows')
  })

  test('is refused where rows are added', async () => {
    await expect(loadUnlogged(billionProfile(ROWS), { append: {} })).rejects.toMatchObject({ code: 'USAGE' })
  })
})
