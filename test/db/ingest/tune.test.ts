import { expect, test } from 'vitest'
import { targetUrl } from '../../../src/db/index.ts'
import { runCli, temporaryDir } from '../../support/index.ts'
import { fileIn } from '../../support/ingest.ts'
import { onServer, serverOfFile, snapshot } from '../tuning/support.ts'

const { cluster } = serverOfFile()
const folder = temporaryDir()

/** Without what waits for a restart: PostgreSQL goes on calling wal_buffers so, which it computes. */
async function values() {
  const { settings, ...file } = await snapshot(cluster)
  return { ...file, settings: settings.map(({ pending: _, ...setting }) => setting) }
}

async function importTuned(path: string, ...more: string[]) {
  const url = targetUrl(await cluster.start())
  const args = [
    'import',
    path,
    '--into',
    'tuned',
    '--url',
    url,
    '--tune',
    'bulk-safe',
    '--no-restart',
    '--json',
    ...more,
  ]
  const { code, stdout } = await runCli(args, { cwd: folder })
  return { code, document: JSON.parse(stdout) }
}

test('an import with --tune has the profile in force, and every setting is back at its end, however it ends', async () => {
  await onServer(
    cluster,
    (sql) => sql`
    create table tuned as select 0 as id, current_setting('checkpoint_timeout') as timeout with no data`,
  )
  await onServer(
    cluster,
    (sql) => sql`alter table tuned alter timeout set default current_setting('checkpoint_timeout')`,
  )
  const before = await values()
  const good = fileIn(folder, 'good.csv', 'id\n1\n2\n')
  const { code, document } = await importTuned(good)
  expect(code).toBe(0)
  expect(document).toMatchObject({
    inserted: 2,
    tuning: { profile: 'bulk-safe', problem: null, stays: false },
  })
  expect(document.tuning.changed.map(({ name }: { name: string }) => name)).toContain('checkpoint_timeout')
  expect(await values()).toEqual(before)
  // The rows have seen what was in force.
  expect(await onServer(cluster, (sql) => sql`select distinct timeout from tuned`)).toEqual([
    { timeout: '30min' },
  ])

  const bad = await importTuned(fileIn(folder, 'bad.csv', 'id\nx\n'))
  expect(bad).toMatchObject({ code: 1, document: { error: { code: 'IMPORT_ROW_REFUSED' } } })
  expect(await values()).toEqual(before)

  const refused = await importTuned(fileIn(folder, 'misfit.csv', 'nothing\nx\n'))
  expect(refused).toMatchObject({ code: 2, document: { error: { code: 'IMPORT_MISFIT' } } })
  const again = await importTuned(good)
  expect(again).toMatchObject({ code: 3, document: { error: { code: 'IMPORT_DONE_BEFORE' } } })
  expect(await values()).toEqual(before)
})
