import { finished } from 'node:stream/promises'
import { expect, test } from 'vitest'
import { withDatabase, withSession } from '../../../src/db/index.ts'
import type { SeedEvent } from '../../../src/seed/index.ts'
import { workerName } from '../../../src/seed/ledger.ts'
import { watching } from '../../../src/seed/server-progress.ts'
import { testDatabase } from '../../support/index.ts'

const target = testDatabase()
const RUN = 7

/** What is told first while a session of that name copies. */
async function toldWhileCopying(applicationName: string): Promise<SeedEvent[]> {
  const told: SeedEvent[] = []
  await withDatabase(target, { doing: 'watching', max: 1 }, (db) =>
    withSession({ target, applicationName }, async (session) => {
      await session.unsafe('create temporary table t (n int)')
      const copy = await session.unsafe('copy t from stdin').writable()
      copy.write('1\n')
      let enough = () => {}
      const whole = new Promise<void>((resolve) => {
        enough = resolve
      })
      const emit = (event: SeedEvent) => {
        told.push(event)
        if (event.type === 'phase.waits') enough()
      }
      await watching(db, { run: RUN, phase: 'load', emit }, () => whole)
      await finished(copy.end())
    }),
  )
  return told
}

test('copies of the load are told, and what its sessions wait for; others of the database are not', async () => {
  const [detail, waits] = await toldWhileCopying(workerName(RUN))
  expect(detail).toMatchObject({ phase: 'load', detail: 'copy: 1 session, 2 B of their chunks', running: 0 })
  expect(waits).toMatchObject({ waits: [{ wait: 'Client/ClientRead', sessions: 1 }] })
  const [others, none] = await toldWhileCopying('somebody else')
  expect(others).toMatchObject({ detail: '' })
  expect(none).toMatchObject({ waits: [] })
})
