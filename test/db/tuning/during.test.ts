import { hostname } from 'node:os'
import { beforeAll, describe, expect, it } from 'vitest'
import { type Database, type Target, targetUrl, withDatabase } from '../../../src/db/index.ts'
import { GigarowError } from '../../../src/kernel/index.ts'
import {
  dropLease,
  ensureStore,
  type Lease,
  readLeases,
  takeLease,
  thisProcess,
} from '../../../src/store/index.ts'
import {
  applyTuning,
  duringTuning,
  leaseWarning,
  openJournals,
  openJournalWarning,
  revertTuning,
  type TuningContext,
  tuningStatus,
} from '../../../src/tuning/index.ts'
import { openJournal } from '../../../src/tuning/journal.ts'
import { runCli, temporaryDir } from '../../support/index.ts'
import { onServer, profileOf, serverOfFile, snapshot } from './support.ts'

const { cluster, tuning } = serverOfFile()
const APPLY = { hardware: {}, allowUnsafe: false, restart: false }
const REVERT = { conflicts: 'report', restart: false } as const
const PROFILE = profileOf({ work_mem: { value: '32MB' }, max_wal_size: { value: '2GB' } })
/** A number that no process has. */
const DEAD = { host: hostname(), pid: 2 ** 30, mark: null }

let target: Target
let before: Awaited<ReturnType<typeof snapshot>>
beforeAll(async () => {
  target = await cluster.start()
  before = await snapshot(cluster)
})

const here = <T>(use: (db: Database) => Promise<T>) => withDatabase(target, { doing: 'looking', max: 2 }, use)
const leases = () => here(({ sql }) => readLeases(sql))
const shown = (name: string) => here(async ({ sql }) => (await sql.unsafe(`show ${name}`))[0]![name])
const during = <T>(
  work: () => Promise<T>,
  more: Partial<TuningContext> & { profile?: typeof PROFILE } = {},
) => duringTuning({ ...tuning, ...APPLY, profile: PROFILE, doing: 'seed', ...more }, work)

async function expectAllBack(): Promise<void> {
  expect(await snapshot(cluster)).toEqual(before)
  expect(await tuningStatus(tuning)).toMatchObject({ open: false, owner: null })
  expect(await leases()).toEqual([])
}

/** A process that had the profile in force for a load, and is no more. */
async function leftByTheDead(): Promise<void> {
  await applyTuning({ ...tuning, ...APPLY, profile: PROFILE })
  const [open] = openJournals(tuning.stateDir)
  openJournal(open!.path).append({ type: 'owner', owner: { ...DEAD, doing: 'seed' } })
  const { session } = open!.state.plan
  await here((db) =>
    takeLease(db, { session, profile: 'test', doing: 'seed', holder: DEAD, journal: open!.path }),
  )
}

describe('a profile during some work', () => {
  it('is in force, has a lease, and is back afterwards', async () => {
    const result = await during(async () => {
      expect(await shown('work_mem')).toBe('32MB')
      expect(await leases()).toMatchObject([{ profile: 'test', doing: 'seed', holder: thisProcess() }])
      expect(await tuningStatus(tuning)).toMatchObject({
        unfinished: false,
        owner: { doing: 'seed', alive: true },
      })
      expect(openJournalWarning(tuning.stateDir)).toMatch(/in force on .* for gigarow seed .* at its end\.$/)
      return 7
    })
    expect(result).toMatchObject({ value: 7, problem: null, reverted: { profile: 'test' } })
    await expectAllBack()
  })

  it('is back when the work fails, and when it was stopped; the error is that of the work', async () => {
    const stop = new AbortController()
    const failing = during(
      async () => {
        stop.abort()
        throw new GigarowError('SEED_COUNT_DIFFERS', 'Rows differ.')
      },
      { signal: stop.signal },
    )
    await expect(failing).rejects.toMatchObject({ code: 'SEED_COUNT_DIFFERS', message: 'Rows differ.' })
    await expectAllBack()
  })

  it('leaves what somebody else changed meanwhile, and says so after work that is done and work that failed', async () => {
    const meddle = () => onServer(cluster, (sql) => sql`alter system set work_mem = '77MB'`)
    const done = await during(async () => void (await meddle()))
    expect(done).toMatchObject({ reverted: null, problem: { code: 'TUNING_CONFLICT' } })
    expect(await leases()).toHaveLength(1)
    await revertTuning({ ...tuning, ...REVERT, conflicts: 'force' })
    await expectAllBack()
    const failed = during(async () => {
      await meddle()
      throw new GigarowError('SEED_COUNT_DIFFERS', 'Rows differ.', { hint: 'Look.' })
    })
    await expect(failed).rejects.toMatchObject({
      code: 'SEED_COUNT_DIFFERS',
      message: expect.stringMatching(/Rows differ\. The tuning is not all back: .*work_mem/),
      hint: 'Look. gigarow tune revert puts the settings back.',
    })
    await revertTuning({ ...tuning, ...REVERT, conflicts: 'force' })
    await expectAllBack()
  })

  it('stays when the user had applied it before', async () => {
    await applyTuning({ ...tuning, ...APPLY, profile: PROFILE })
    const result = await during(async () => 7)
    expect(result).toMatchObject({ applied: { outcome: 'already' }, reverted: null, problem: null })
    expect(await shown('work_mem')).toBe('32MB')
    await revertTuning({ ...tuning, ...REVERT })
    await expectAllBack()
  })

  it('leaves no lease when it cannot be applied', async () => {
    const profile = profileOf({ fsync: { value: false, level: 'L3' } })
    await expect(during(async () => 7, { profile })).rejects.toMatchObject({ code: 'TUNING_REFUSED' })
    await expectAllBack()
  })
})

describe('a process that died', () => {
  it('is named, is taken over by the next one, and its settings come back', async () => {
    await leftByTheDead()
    expect(await tuningStatus(tuning)).toMatchObject({ unfinished: true, owner: { alive: false } })
    expect(openJournalWarning(tuning.stateDir)).toMatch(/died with .*tune revert.*seed --resume/)
    const result = await during(async () => {
      expect(await leases()).toMatchObject([{ holder: thisProcess() }])
    })
    expect(result).toMatchObject({ applied: { outcome: 'already' }, reverted: { profile: 'test' } })
    await expectAllBack()
  })

  it('while it put the settings back: that is finished before the profile is applied anew', async () => {
    await leftByTheDead()
    openJournal(openJournals(tuning.stateDir)[0]!.path).append({ type: 'revert' })
    const result = await during(() => shown('work_mem'))
    expect(result).toMatchObject({ value: '32MB', applied: { outcome: 'applied' } })
    await expectAllBack()
  })

  it('is told to other projects and machines by its lease, until that is over', async () => {
    await leftByTheDead()
    const [lease] = await leases()
    expect(leaseWarning([lease!], 'S')).toMatch(
      /died with tuning profile test in force on S: gigarow tune revert/,
    )
    const there: Lease = { ...lease!, holder: { ...DEAD, host: 'elsewhere' } }
    expect(leaseWarning([there], 'S')).toMatch(/on elsewhere, .* or died so: then gigarow tune revert/)
    await revertTuning({ ...tuning, ...REVERT })
    await expectAllBack()
    // As after a revert over another database.
    expect(leaseWarning([lease!], 'S')).toBeUndefined()
    const onWire = await runCli(['tune', 'plan', 'bulk-safe', '--url', targetUrl(target)], {
      cwd: temporaryDir(),
    })
    expect(onWire.stderr).not.toContain('tuning profile')
    await here((db) => takeLease(db, there))
    const asked = await runCli(['tune', 'plan', 'bulk-safe', '--url', targetUrl(target)], {
      cwd: temporaryDir(),
    })
    expect(asked.stderr).toContain('on elsewhere, ')
    expect(asked.stderr).toContain('with tuning profile test in force')
    await here(({ sql }) => dropLease(sql, lease!.session))
  })

  it('is not one that lives: what that has in force is refused to others', async () => {
    await leftByTheDead()
    const [open] = openJournals(tuning.stateDir)
    const other = { host: hostname(), pid: process.ppid, mark: null, doing: 'seed' }
    openJournal(open!.path).append({ type: 'owner', owner: other })
    await expect(during(async () => 7)).rejects.toMatchObject({ code: 'TUNING_BUSY' })
    expect((await tuningStatus(tuning)).open).toBe(true)
    await revertTuning({ ...tuning, ...REVERT })
    await expectAllBack()
  })
})

describe('a role after SET ROLE', () => {
  const statements = (...list: readonly string[]) =>
    onServer(cluster, async (sql) => {
      for (const statement of list) await sql.unsafe(statement)
    })
  const asFront = (): TuningContext => {
    const front = { ...target, user: 'front', password: 'secret' }
    return {
      connect: (doing, use) => withDatabase(front, { doing, max: 3 }, use),
      stateDir: temporaryDir('front-'),
    }
  }
  const seenBy = (settings: Readonly<Record<string, string>>) =>
    withDatabase(
      { ...target, user: 'front', password: 'secret', settings },
      { doing: 'looking', max: 1 },
      (db) => db.withSession(async (session) => (await session`show work_mem`)[0]!.work_mem),
    )

  it('gets settings of the database where it owns that, else its sessions set them', async () => {
    await here(ensureStore)
    await statements(
      'create role owner_of_it',
      `create role front login password 'secret' in role owner_of_it`,
      'alter role front set role = owner_of_it',
      'grant usage, create on schema gigarow to owner_of_it',
      'grant create on database gigarow to owner_of_it',
      'grant all on all tables in schema gigarow to owner_of_it',
    )
    const front = asFront()
    const profile = profileOf({ work_mem: { value: '32MB' } })
    const run = () =>
      duringTuning({ ...front, ...APPLY, profile, doing: 'seed' }, ({ session }) => seenBy(session))
    expect(await run()).toMatchObject({
      value: '32MB',
      applied: null,
      session: { work_mem: '32MB' },
      reverted: null,
    })

    await statements('alter database gigarow owner to owner_of_it')
    expect(await run()).toMatchObject({
      value: '32MB',
      applied: { changed: [{ name: 'work_mem', scope: 'database gigarow' }] },
      session: {},
      reverted: { settings: [{ name: 'work_mem', outcome: 'restored' }] },
    })
    expect(await seenBy({})).toBe('4MB')

    // A role's own value wins over that of its database: the apply says so, and sessions set it.
    await statements(`alter role front set work_mem = '6MB'`)
    const shadowed = await run()
    expect(shadowed).toMatchObject({ value: '32MB', applied: { shadowed: [{ by: 'role front' }] } })
    await statements(
      'alter database gigarow owner to postgres',
      'drop owned by owner_of_it',
      'drop role front, owner_of_it',
    )
    await expectAllBack()
  })
})
