import { spawnSync } from 'node:child_process'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { shellWord } from '../../../src/kernel/index.ts'
import { autoConfMap } from '../../../src/tuning/auto-conf.ts'
import { bulk, defineTuning, itemsOfProfile, oltp, renderSettings } from '../../../src/tuning/index.ts'
import { machine } from './server-state.ts'

const HARDWARE = machine({ cpus: 8, memoryBytes: 32 * 1024 ** 3, disk: 'ssd', major: 16 })
const items = (profile = oltp, major = 16) => itemsOfProfile(profile, { hardware: HARDWARE, major })
/** The words that a shell makes of a line. */
const wordsOf = (line: string) =>
  spawnSync('/bin/sh', ['-c', `printf '%s\\0' ${line}`], { encoding: 'utf8' })
    .stdout.split('\0')
    .slice(0, -1)
const commands = (text: string) => text.split('\n').filter((line) => line !== '' && !line.startsWith('#'))

describe('settings as text', () => {
  it('are what the server reads from a file, each with its reason', () => {
    const text = renderSettings('conf', items(), { profile: 'oltp' })
    expect(Object.fromEntries(autoConfMap(text))).toMatchObject({ shared_buffers: '8GB', jit: 'off' })
    expect(text).toContain('# take these out where the server has a larger number already: max_connections')
    expect(text).not.toContain('io_workers')
  })

  it('are statements for psql that a text of the profile cannot break out of', () => {
    const nasty = defineTuning({
      name: 'nasty',
      description: 'x',
      settings: {
        cluster_name: { value: `it's; drop table x`, reason: 'two\nlines; drop table y', level: 'L2' },
        search_path: { value: '"A b", c', reason: 'a list', level: 'L1' },
      },
    })
    const lines = renderSettings('alter-system', items(nasty), { profile: 'nasty' }).split('\n')
    expect(lines.filter((line) => !line.startsWith('--'))).toEqual([
      `alter system set "cluster_name" = 'it''s; drop table x';`,
      `alter system set "search_path" = 'A b', 'c';`,
      'select pg_reload_conf();',
      '',
    ])
  })

  it('are calls of at most twenty parameters for RDS, numbers in the units of its groups', () => {
    const name = `it's "mine"; rm -rf $HOME`
    const lines = commands(renderSettings('rds', [...items(), ...items()], { profile: 'oltp', name }))
    expect(lines).toHaveLength(2)
    const [words] = lines.map(wordsOf)
    expect(words!.slice(0, 6)).toEqual([
      'aws',
      'rds',
      'modify-db-parameter-group',
      '--db-parameter-group-name',
      name,
      '--parameters',
    ])
    const parameters = JSON.parse(words![6]!)
    expect(parameters).toHaveLength(20)
    expect(parameters).toContainEqual({
      ParameterName: 'shared_buffers',
      ParameterValue: '1048576',
      ApplyMethod: 'pending-reboot',
    })
    expect(parameters).toContainEqual({ ParameterName: 'jit', ParameterValue: '0', ApplyMethod: 'immediate' })
  })

  it('leave durability to the provider, and warn that Cloud SQL forgets all other flags', () => {
    const text = renderSettings('cloudsql', items(bulk), { profile: 'bulk', name: 'db' })
    expect(text).toMatch(/left out.*fsync.*wal_level/)
    expect(text).toContain('replaces ALL flags')
    const [line] = commands(text)
    expect(wordsOf(line!)).toEqual([
      'gcloud',
      'sql',
      'instances',
      'patch',
      'db',
      expect.stringMatching(/^--database-flags=\^~\^max_wal_size=\d+~checkpoint_timeout=1800~/),
    ])
  })

  it('are one command a setting for Azure', () => {
    const lines = commands(
      renderSettings('azure', items(), { profile: 'oltp', name: 'db', resourceGroup: 'g' }),
    )
    expect(lines).toContain(
      'az postgres flexible-server parameter set --resource-group g --server-name db --name jit --value off',
    )
  })

  it('keep every text one word for a shell', () => {
    const texts = fc.string({ unit: 'grapheme-ascii' })
    fc.assert(
      fc.property(fc.array(texts, { minLength: 1, maxLength: 20 }), (words) => {
        expect(wordsOf(words.map(shellWord).join(' '))).toEqual(words)
      }),
      { numRuns: 25 },
    )
  })

  it('refuse names that PostgreSQL does not have', () => {
    const typo = defineTuning({
      name: 'typo',
      description: 'x',
      // As a file without types would have it.
      settings: Object.fromEntries([
        ['max_wall_size', { value: '2GB', reason: 'x', level: 'L1' }],
      ]) as typeof oltp.settings,
    })
    expect(() => items(typo)).toThrow(
      expect.objectContaining({
        code: 'TUNING_UNKNOWN_SETTING',
        facts: expect.objectContaining({ nearest: 'max_wal_size' }),
      }),
    )
  })
})
