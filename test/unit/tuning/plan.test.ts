import { describe, expect, it } from 'vitest'
import { planTuning } from '../../../src/tuning/plan.ts'
import { defineTuning, type SettingSpec } from '../../../src/tuning/profile.ts'
import { checkSafety } from '../../../src/tuning/safety.ts'
import type { Selection } from '../../../src/tuning/select.ts'
import type { Access, ServerState } from '../../../src/tuning/server.ts'
import { sessionPlan } from '../../../src/tuning/session.ts'
import {
  CHECKPOINT_TIMEOUT,
  FSYNC,
  MAX_WAL_SIZE,
  machine,
  SHARED_BUFFERS,
  serverState,
  WAL_COMPRESSION,
} from './server-state.ts'

const GB = 1024 ** 3

function plan(settings: Record<string, Partial<SettingSpec>>, server: ServerState) {
  const full = Object.entries(settings).map(([name, spec]) => [
    name,
    { value: 1, reason: 'a test', level: 'L1', ...spec },
  ])
  const profile = defineTuning({ name: 'test', description: 'a test', settings: Object.fromEntries(full) })
  return planTuning(profile, { hardware: machine(), server })
}

/** A role of a managed server. */
const ROLE = { user: 'app', login: 'app', ownsDatabase: false, superuser: false, files: false }

function codeOf(run: () => unknown): unknown {
  try {
    run()
  } catch (error) {
    return (error as { code: string }).code
  }
  return undefined
}

describe('the plan', () => {
  it('says what is now, what is wanted and how it takes effect', () => {
    const { settings, needsRestart } = plan(
      { max_wal_size: { value: '32GB' }, shared_buffers: { value: '4GB', level: 'L2' } },
      serverState([MAX_WAL_SIZE, SHARED_BUFFERS]),
    )
    expect(settings).toMatchObject([
      {
        name: 'max_wal_size',
        now: '1GB',
        wanted: '32GB',
        effective: '32768',
        takesEffect: 'reload',
        action: 'set',
      },
      { name: 'shared_buffers', now: '128MB', wanted: '4GB', effective: '524288', takesEffect: 'restart' },
    ])
    expect(needsRestart).toBe(true)
  })

  it('gives a formula the hardware', () => {
    const formula = { value: ({ memoryBytes }: { memoryBytes: number }) => `${memoryBytes / 4 / GB}GB` }
    expect(plan({ shared_buffers: formula }, serverState([SHARED_BUFFERS])).settings[0]!.wanted).toBe('4GB')
  })

  it('leaves alone what is the same in another unit, and needs no restart for it', () => {
    const { settings, needsRestart } = plan(
      {
        shared_buffers: { value: '131072kB' },
        checkpoint_timeout: { value: '5min' },
        fsync: { value: 'yes' },
      },
      serverState([SHARED_BUFFERS, CHECKPOINT_TIMEOUT, FSYNC]),
    )
    expect(settings.map((s) => s.action)).toEqual(['unchanged', 'unchanged', 'unchanged'])
    expect(needsRestart).toBe(false)
  })

  it('does not lower what is larger already, where the profile says so', () => {
    const server = serverState([{ ...MAX_WAL_SIZE, setting: '65536' }])
    expect(plan({ max_wal_size: { value: '32GB', atLeast: true } }, server).settings[0]!.action).toBe(
      'unchanged',
    )
    expect(plan({ max_wal_size: { value: '32GB' } }, server).settings[0]!.action).toBe('set')
  })

  it('sets a value that another one, waiting for a restart, would replace', () => {
    const server = serverState([{ ...SHARED_BUFFERS, pendingRestart: true }])
    expect(plan({ shared_buffers: { value: '128MB' } }, server).settings[0]!.action).toBe('set')
  })

  it('skips what the command line of the server fixes, and says what roles override', () => {
    const server = serverState([{ ...MAX_WAL_SIZE, source: 'command line' }, FSYNC], {
      scoped: [{ name: 'fsync', role: 'bob', database: null, raw: 'on' }],
    })
    const { settings } = plan({ max_wal_size: { value: '2GB' }, fsync: { value: false } }, server)
    expect(settings[0]).toMatchObject({ action: 'skip', note: expect.stringContaining('command line') })
    expect(settings[1]).toMatchObject({ action: 'set', shadowedBy: 'role bob' })
  })

  it('skips an optional setting that this version does not have', () => {
    expect(
      plan({ summarize_wal: { value: 'off', optional: true } }, serverState([])).settings[0]!.action,
    ).toBe('skip')
  })

  it('names the nearest setting for one that does not exist', () => {
    expect(() => plan({ max_wall_size: {} }, serverState([MAX_WAL_SIZE]))).toThrow(
      expect.objectContaining({
        code: 'TUNING_UNKNOWN_SETTING',
        facts: expect.objectContaining({ nearest: 'max_wal_size' }),
      }),
    )
  })

  it.each([
    ['max_wal_size', '1kB', 'from 2MB to'],
    ['max_wal_size', '4 gigabytes', 'has the units'],
    ['max_wal_size', 'much', 'is a number'],
    ['checkpoint_timeout', '5MB', 'has the units'],
    ['wal_compression', 'lz4', 'pglz, on, off'],
    ['fsync', 'perhaps', 'on or off'],
  ])('refuses %s = %s by what the server says of it', (name, value, text) => {
    const server = serverState([MAX_WAL_SIZE, CHECKPOINT_TIMEOUT, WAL_COMPRESSION, FSYNC])
    expect(() => plan({ [name]: { value } }, server)).toThrow(
      expect.objectContaining({ code: 'TUNING_BAD_VALUE', message: expect.stringContaining(text) }),
    )
  })

  it('refuses a change that SQL could not take back', () => {
    const server = serverState([{ name: 'search_path', setting: '', context: 'user' }], {
      auto: new Map([['search_path', '']]),
    })
    expect(codeOf(() => plan({ search_path: { value: 'x' } }, server))).toBe('TUNING_BAD_VALUE')
  })
})

describe('a part of a profile', () => {
  const profile = defineTuning({
    name: 'test',
    description: 'a test',
    settings: {
      max_wal_size: { value: '2GB', reason: 'a test', level: 'L1' },
      fsync: { value: false, reason: 'a test', level: 'L3' },
    },
  })
  const names = (selection: Selection) =>
    planTuning(profile, {
      hardware: machine(),
      server: serverState([MAX_WAL_SIZE, FSYNC]),
      selection,
    }).settings.map((s) => s.name)

  it('is what --only names, or what --except does not', () => {
    expect(names({ only: ['FSYNC'] })).toEqual(['fsync'])
    expect(names({ except: ['fsync'] })).toEqual(['max_wal_size'])
    expect(names({})).toEqual(['max_wal_size', 'fsync'])
    expect(() => names({ except: ['max_wall_size'] })).toThrow(
      expect.objectContaining({ code: 'USAGE', hint: expect.stringContaining('max_wal_size') }),
    )
  })
})

describe('what depends on the server', () => {
  it('is left out for other versions, and left as it is without a value for the hardware', () => {
    const server = serverState([MAX_WAL_SIZE, SHARED_BUFFERS, FSYNC], { version: 160000 })
    const { settings } = plan(
      {
        max_wal_size: { since: 17 },
        shared_buffers: { until: 15 },
        fsync: { value: () => undefined },
      },
      server,
    )
    expect(settings.map((s) => [s.action, s.note])).toEqual([
      ['skip', 'for PostgreSQL 17 and later'],
      ['skip', 'for PostgreSQL 15 and earlier'],
      ['skip', expect.stringContaining('left as it is')],
    ])
  })

  it('has another value where the server does not take the first', () => {
    const { settings } = plan(
      { wal_compression: { value: 'lz4', otherwise: 'on' } },
      serverState([WAL_COMPRESSION]),
    )
    expect(settings[0]).toMatchObject({ action: 'set', wanted: 'on', note: 'this server does not take lz4' })
  })

  it('is not raised over the head of a standby', () => {
    const connections = { ...SHARED_BUFFERS, name: 'max_connections', unit: null, setting: '100' }
    const server = (more: Partial<ServerState>) => serverState([connections], more)
    const action = (value: number, more: Partial<ServerState>) =>
      plan({ max_connections: { value } }, server(more)).settings[0]!.action
    expect([action(300, {}), action(300, { slots: 1 }), action(50, { standbys: 1 })]).toEqual([
      'set',
      'skip',
      'set',
    ])
  })

  it('goes to the role in its database where ALTER SYSTEM is not allowed', () => {
    const WORK_MEM = { ...MAX_WAL_SIZE, name: 'work_mem', context: 'user', setting: '4' }
    const DAMAGED = { ...FSYNC, name: 'zero_damaged_pages', context: 'superuser' }
    const access = { ...serverState([]).access, ...ROLE }
    const change = {
      work_mem: { value: '32MB' },
      zero_damaged_pages: { value: 'off' },
      max_wal_size: { value: '2GB' },
    }
    const rows = [WORK_MEM, DAMAGED, MAX_WAL_SIZE]
    const of = (more: Partial<Access>) =>
      plan(change, serverState(rows, { access: { ...access, ...more } })).settings.map(
        (s) => s.scope ?? s.forbidden,
      )
    const role = { role: 'app', database: 'app' }
    expect(of({})).toEqual([role, true, true])
    expect(of({ set: new Set(['zero_damaged_pages']) })).toEqual([role, role, true])
    expect(of({ files: true, alterSystem: new Set(['max_wal_size']) })).toEqual([role, true, undefined])
    expect(of({ superuser: true, locked: true })).toEqual([role, role, true])
    expect(of({ superuser: true })).toEqual([undefined, undefined, undefined])
    // After SET ROLE: the defaults of the role that logs in are not its own any more, the database may be.
    expect(of({ login: 'front' })).toEqual([true, true, true])
    expect(of({ login: 'front', ownsDatabase: true })).toEqual([{ role: null, database: 'app' }, true, true])
  })

  it('leaves to sessions what neither server nor role can have, and nothing on a standby', () => {
    const WORK_MEM = { ...MAX_WAL_SIZE, name: 'work_mem', context: 'user', setting: '4' }
    const COMMIT = { ...FSYNC, name: 'synchronous_commit', context: 'user' }
    const rows = [
      { ...WORK_MEM, source: 'command line' },
      COMMIT,
      { ...FSYNC, name: 'jit', context: 'user' },
      MAX_WAL_SIZE,
    ]
    const change = {
      work_mem: { value: '32MB' },
      synchronous_commit: { value: 'off', level: 'L3' as const },
      jit: { value: false, level: 'L0' as const },
      max_wal_size: { value: '2GB' },
    }
    const access = { ...serverState([]).access, ...ROLE, login: 'front' }
    const planned = plan(change, serverState(rows, { access }))
    expect(sessionPlan(planned, { allowUnsafe: false })).toEqual({ work_mem: '32MB', jit: 'off' })
    expect(sessionPlan(planned, { allowUnsafe: true })).toEqual({
      work_mem: '32MB',
      synchronous_commit: 'off',
      jit: 'off',
    })
    const standby = plan(change, serverState(rows, { access, standby: true }))
    expect(sessionPlan(standby, { allowUnsafe: true })).toEqual({})
    expect(standby.settings.map((s) => s.action)).toEqual(['skip', 'skip', 'skip', 'skip'])
  })
})

describe('safety', () => {
  const base = { needsRestart: false, system: true, values: new Map<string, string>() }
  const unsafe = { ...base, profile: 'bulk', names: ['fsync'], unsafe: ['fsync'] }
  const allowed = { allowUnsafe: true, mayRestart: true }

  it('wants --unsafe for settings of durability', () => {
    const server = serverState([FSYNC])
    expect(() => checkSafety(unsafe, server, { ...allowed, allowUnsafe: false })).toThrow(
      expect.objectContaining({
        code: 'TUNING_REFUSED',
        facts: expect.objectContaining({ flag: '--unsafe' }),
      }),
    )
    expect(() => checkSafety(unsafe, server, allowed)).not.toThrow()
  })

  it.each([
    ['standbys', { standbys: 1 }, []],
    ['slots', { slots: 2 }, []],
    ['archiving', {}, [{ name: 'archive_mode', setting: 'on' }]],
  ])('refuses them with %s even so', (_, more, rows) => {
    expect(codeOf(() => checkSafety(unsafe, serverState(rows, more), allowed))).toBe('TUNING_REFUSED')
  })

  it('does not let a restart put somebody else’s pending change in force', () => {
    const server = serverState([{ ...SHARED_BUFFERS, pendingRestart: true }])
    const intended = { ...base, profile: 'x', names: ['wal_buffers'], unsafe: [], needsRestart: true }
    expect(codeOf(() => checkSafety(intended, server, allowed))).toBe('TUNING_REFUSED')
    expect(codeOf(() => checkSafety(intended, server, { ...allowed, mayRestart: false }))).toBeUndefined()
  })

  it('does not let a server be made that cannot start, whatever was left out of the profile', () => {
    const server = serverState([
      { name: 'wal_level', setting: 'replica' },
      { name: 'max_wal_senders', setting: '10' },
    ])
    const intended = (values: Record<string, string>) => ({
      ...base,
      profile: 'bulk',
      names: [],
      unsafe: ['wal_level'],
      values: new Map(Object.entries(values)),
    })
    expect(codeOf(() => checkSafety(intended({ wal_level: 'minimal' }), server, allowed))).toBe(
      'TUNING_REFUSED',
    )
    const both = intended({ wal_level: 'minimal', max_wal_senders: '0' })
    expect(codeOf(() => checkSafety(both, server, allowed))).toBeUndefined()
  })

  it('changes nothing while a configuration file has an error', () => {
    const server = serverState([FSYNC], { fileErrors: ['postgresql.conf:3: syntax error'] })
    expect(codeOf(() => checkSafety(unsafe, server, allowed))).toBe('TUNING_NOT_ALLOWED')
  })
})
