import { describe, expect, it } from 'vitest'
import type { ServerSetting } from '../../../src/tuning/server.ts'
import { normalise, sameValue } from '../../../src/tuning/values.ts'

/** With bounds that nothing in here meets. */
function setting(name: string, unit: string | null, vartype: ServerSetting['vartype'] = 'integer') {
  const rest = { enumvals: null, source: 'default', sourcefile: null, pendingRestart: false }
  return { name, setting: '', unit, vartype, context: 'sighup', min: '-1', max: '1e15', ...rest }
}

describe('a value as the server will show it', () => {
  // As PostgreSQL 14 to 18 say.
  it.each([
    ['work_mem', 'kB', '0.01GB', '10240'],
    ['work_mem', 'kB', '2.5MB', '2560'],
    ['work_mem', 'kB', '0x10MB', '16384'],
    ['max_wal_size', 'MB', '0.7GB', '717'],
    ['checkpoint_flush_after', '8kB', '100kB', '12'],
    ['checkpoint_flush_after', '8kB', '60kB', '8'],
    ['checkpoint_timeout', 's', '0.2h', '720'],
    ['log_file_mode', null, '0640', '416'],
    ['max_connections', null, '1e2', '100'],
  ])('%s in %s: %s is %s', (name, unit, text, shown) => {
    expect(normalise(setting(name, unit), text)).toBe(shown)
  })

  it.each(['0o7', '08', '1..2', '', '12 kB x'])('"%s" is no number', (text) => {
    const attempt = () => normalise(setting('work_mem', 'kB'), text)
    expect(attempt).toThrow(expect.objectContaining({ code: 'TUNING_BAD_VALUE' }))
  })

  it('has its fraction of time in the next smaller unit', () => {
    const delay = setting('vacuum_cost_delay', 'ms', 'real')
    expect(normalise(delay, '0.0015s')).toBe('2')
    expect(Number(normalise(delay, '1.5ms'))).toBeCloseTo(1.5)
  })

  it('is the same in six digits of a fraction, and in octal', () => {
    expect(sameValue(setting('cpu_tuple_cost', null, 'real'), '0.0123457', '0.0123456789')).toBe(true)
    expect(sameValue(setting('cpu_tuple_cost', null, 'real'), '0.0123', '0.0123456789')).toBe(false)
    expect(sameValue(setting('log_file_mode', null), '0640', '416')).toBe(true)
  })

  it('is the server’s own choice for few settings only', () => {
    expect(sameValue(setting('wal_buffers', '8kB'), '128', '-1')).toBe(true)
    expect(sameValue(setting('transaction_buffers', '8kB'), '32', '0')).toBe(true)
    // -1 turns it off: 250 is not that.
    expect(sameValue(setting('log_min_duration_statement', 'ms'), '250', '-1')).toBe(false)
  })
})
