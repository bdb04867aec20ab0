import { beforeAll, expect, test } from 'vitest'
import { type Database, withDatabase } from '../../../src/db/index.ts'
import { type AnalysisQuery, examine, planLoad, type SeedEvent } from '../../../src/seed/index.ts'
import { testDatabase } from '../../support/index.ts'
import { billionProfile, load } from '../../support/load.ts'

// What is asked of the rows when a load is done.

const target = testDatabase()
const profile = billionProfile(1000)
const onDatabase = <T>(use: (db: Database) => Promise<T>) =>
  withDatabase(target, { doing: 'testing', max: 3 }, use)

let run: number
beforeAll(async () => {
  await onDatabase(({ sql }) =>
    sql.unsafe('create table billion_rows (id bigint, value text, created_at timestamp)').simple(),
  )
  run = (await load(target, profile)).run
})

const ask = (queries: readonly AnalysisQuery[], until?: string) => {
  const controller = new AbortController()
  const said: string[] = []
  const emit = (event: SeedEvent) => {
    if (event.type === 'phase.progress') said.push(`${event.done} ${event.detail}`)
    else said.push(event.type)
    if (until !== undefined && said.at(-1)?.endsWith(until)) controller.abort()
  }
  const plan = planLoad(profile, { jobs: 1 })
  const { signal } = controller
  return onDatabase((db) => examine(db, { run, plan, queries, emit, signal })).then((made) => ({
    made,
    said,
  }))
}

const COUNT = { title: 'rows', sql: 'select count(*) as n from billion_rows' }
const SLOW = { title: 'slow', sql: 'select pg_sleep(600)' }

test('is told step by step', async () => {
  const { made, said } = await ask([COUNT])
  expect(said).toEqual([
    'phase.started',
    '0 orphans and duplicates of billion_rows',
    '1 rows',
    'phase.finished',
  ])
  expect(made.findings).toEqual([
    { table: 'billion_rows', what: 'duplicates', on: 'id', rows: 0, by: 'count' },
  ])
  expect(made.queries).toMatchObject([{ title: 'rows', rows: [['1000']], problem: undefined }])
})

test('a signal ends the question that runs and those behind it, and keeps the answers before', async () => {
  const { made, said } = await ask([COUNT, SLOW, COUNT], 'slow')
  expect(made.queries.map(({ rows, problem }) => ({ rows, problem }))).toEqual([
    { rows: [['1000']], problem: undefined },
    { rows: [], problem: 'was stopped' },
    { rows: [], problem: 'was stopped' },
  ])
  expect(said.at(-1)).toBe('phase.finished')
  const early = await ask([SLOW], 'billion_rows')
  expect(early.made.findings).toMatchObject([{ on: 'id', rows: null, by: 'stopped' }])
  expect(early.made.queries).toMatchObject([{ problem: 'was stopped' }])
})
