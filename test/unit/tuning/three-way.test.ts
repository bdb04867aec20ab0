import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { alterSystem } from '../../../src/tuning/alter-system.ts'
import { sameText, splitList } from '../../../src/tuning/list-value.ts'
import { decideRevert } from '../../../src/tuning/three-way.ts'

describe('the three-way decision', () => {
  it.each([
    { before: null, ours: '8GB', now: '8GB', decision: 'restore' },
    { before: '2GB', ours: '8GB', now: '8GB', decision: 'restore' },
    { before: null, ours: '8GB', now: null, decision: 'back' },
    { before: '2GB', ours: '8GB', now: '2GB', decision: 'back' },
    { before: '8GB', ours: '8GB', now: '8GB', decision: 'back' },
    { before: '2GB', ours: '8GB', now: '3GB', decision: 'conflict' },
    { before: null, ours: '8GB', now: '3GB', decision: 'conflict' },
    { before: '2GB', ours: '8GB', now: null, decision: 'conflict' },
    // Another spelling is another hand.
    { before: null, ours: '8GB', now: '8192MB', decision: 'conflict' },
  ])('before $before, ours $ours, now $now: $decision', ({ decision, ...texts }) => {
    expect(decideRevert('max_wal_size', texts)).toBe(decision)
  })

  it('compares lists by their members', () => {
    const texts = { before: 'a,b', ours: 'a, c', now: '"a", b' }
    expect(decideRevert('shared_preload_libraries', texts)).toBe('back')
  })
})

describe('lists of names', () => {
  it('are written member by member, so that the server starts again', () => {
    expect(alterSystem('shared_preload_libraries', 'pg_stat_statements, auto_explain')).toBe(
      `alter system set "shared_preload_libraries" = 'pg_stat_statements', 'auto_explain'`,
    )
    expect(alterSystem('search_path', '"$user", Public')).toBe(
      `alter system set "search_path" = '$user', 'public'`,
    )
  })

  it('keep commas and quotes inside of double quotes, and case in file names', () => {
    expect(splitList('search_path', '"a,b", "x""y"')).toEqual(['a,b', 'x"y'])
    expect(splitList('unix_socket_directories', '/tmp/A b , /run')).toEqual(['/tmp/A b', '/run'])
    expect(splitList('search_path', '')).toEqual([])
  })

  it('have the members that were quoted into them', () => {
    const member = fc.string({ minLength: 1, maxLength: 10 })
    fc.assert(
      fc.property(fc.array(member, { minLength: 1 }), (members) => {
        const raw = members.map((m) => `"${m.replaceAll('"', '""')}"`).join(', ')
        expect(splitList('search_path', raw)).toEqual(members)
      }),
    )
  })

  it('do not make other settings lists', () => {
    expect(alterSystem('archive_command', "cp 'a, b'")).toBe(
      `alter system set "archive_command" = 'cp ''a, b'''`,
    )
    expect(sameText('archive_command', 'a,b', 'a, b')).toBe(false)
    expect(alterSystem('auto_explain.log_min_duration', null)).toBe(
      'alter system reset "auto_explain"."log_min_duration"',
    )
  })
})
