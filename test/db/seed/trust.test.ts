import { mkdirSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { expect, test } from 'vitest'
import type { CommandContext } from '../../../src/cli/command.ts'
import { load as importLoad } from '../../../src/cli/import/load.ts'
import { Output } from '../../../src/cli/output.ts'
import { begun } from '../../../src/cli/seed/load.ts'
import { refuseUntrusted } from '../../../src/cli/tuning/trust.ts'
import { type Database, withDatabase } from '../../../src/db/index.ts'
import { unfinishedRuns } from '../../../src/seed/index.ts'
import { tuningStatus } from '../../../src/tuning/index.ts'
import { temporaryDir, testDatabase } from '../../support/index.ts'
import { fileIn, importInto, lines } from '../../support/ingest.ts'
import { BILLION_DDL, billionProfile, load } from '../../support/load.ts'

const target = testDatabase()
const stateDir = join(temporaryDir(), 'state')
const onDatabase = <T>(use: (db: Database) => Promise<T>) =>
  withDatabase(target, { doing: 'testing', max: 2 }, use)

const context = {
  config: async () => ({ stateDir }),
  target: async () => target,
  externalTarget: async () => target,
  out: new Output({ json: true, color: false, streams: process }),
  signal: new AbortController().signal,
} as unknown as Parameters<typeof refuseUntrusted>[0]

/** The journal of this server as it is when a profile without fsync is in force, applied before the machine's last start or after it. */
async function pretendTuned({ rebooted }: { rebooted: boolean }): Promise<void> {
  await onDatabase(async ({ sql }) => {
    const [system] =
      await sql`select system_identifier::text as id, pg_read_file('/proc/sys/kernel/random/boot_id') as boot from pg_control_system()`
    const tuning = {
      connect: async <T>(_: string, use: (db: Database) => Promise<T>) => onDatabase(use),
      stateDir,
    }
    const path = join(stateDir, 'tuning', `${system!.id}.jsonl`)
    expect(dirname((await tuningStatus(tuning)).journal)).toBe(dirname(path))
    mkdirSync(dirname(path), { recursive: true })
    const at = new Date().toISOString()
    const fsync = { name: 'fsync', wanted: 'off', effective: 'off', level: 'L3', takesEffect: 'reload' }
    const before = { raw: null, effective: 'on', source: 'default', sourcefile: null }
    const records = [
      {
        ...{ type: 'plan', version: 1, session: 's', profile: 'bulk', systemIdentifier: system!.id, at },
        ...{
          dataDirectory: '/nowhere',
          server: 'here',
          bootId: rebooted ? 'another' : system!.boot.trim(),
          settings: [fsync],
        },
      },
      { type: 'intent', name: 'fsync', before, after: 'off', at },
    ]
    writeFileSync(path, records.map((record) => `${JSON.stringify(record)}\n`).join(''))
  })
}

test('a load goes on after a crash of the machine only where fsync was on, or where it began later', async () => {
  await onDatabase(({ sql }) => sql.unsafe(BILLION_DDL).simple())
  const stop = new AbortController()
  await expect(
    load(target, billionProfile(2000), {
      signal: stop.signal,
      emit: ({ type }) => {
        if (type === 'run.started') stop.abort()
      },
    }),
  ).rejects.toMatchObject({ code: 'INTERRUPTED' })
  const refused = () =>
    onDatabase(async (db) => {
      const [run] = await unfinishedRuns(db)
      return refuseUntrusted(context, db, begun(run!)).catch((error: unknown) => error)
    })
  expect(await refused()).toBeUndefined()
  await pretendTuned({ rebooted: false })
  expect(await refused()).toBeUndefined()
  await pretendTuned({ rebooted: true })
  // The server has been running since before the load: the crash was earlier than that.
  expect(await refused()).toBeUndefined()
  await onDatabase(({ sql }) => sql`update gigarow.seed_run set started_at = '2020-01-01'`)
  expect(await refused()).toMatchObject({
    code: 'TUNING_DATA_SUSPECT',
    hint: expect.stringContaining('--truncate'),
    facts: { profile: 'billion' },
  })
})

test('nor does an import', async () => {
  await onDatabase(({ sql }) => sql`create table imported (id int)`)
  const paths = [fileIn(temporaryDir(), 'rows.csv', `id\n${lines(2000, String)}`)]
  const stop = new AbortController()
  await expect(
    importInto(target, {
      ...{ into: 'imported', paths, chunkBytes: 1024, jobs: 1, signal: stop.signal },
      emit: ({ type }) => {
        if (type === 'chunk.finished') stop.abort()
      },
    }),
  ).rejects.toMatchObject({ code: 'INTERRUPTED' })
  const into = { schema: 'public', name: 'imported' }
  const given = {
    planned: undefined,
    into,
    jobs: 1,
    jobsGiven: true,
    abandon: false,
    again: false,
    rejects: undefined,
  }
  const resume = () => onDatabase((db) => importLoad(context as CommandContext, db, given))
  const age = (at: string) =>
    onDatabase(({ sql }) => sql`update gigarow.import_run set started_at = ${at}::text::timestamptz`)
  await pretendTuned({ rebooted: true })
  await age('2020-01-01')
  await expect(resume()).rejects.toMatchObject({
    code: 'TUNING_DATA_SUSPECT',
    hint: expect.stringContaining('--abandon'),
    facts: { table: 'imported' },
  })
  await age(new Date().toISOString())
  expect((await resume()).report).toMatchObject({ inserted: 2000 })
})
