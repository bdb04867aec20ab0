import { existsSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, inject, it } from 'vitest'
import { runCli, spawnCli, temporaryDir, testDatabase, withProject } from '../../support/index.ts'

const external = testDatabase()
const url = () => `${inject('serverUrl').replace(/\/[^/]*$/, '')}/${external.database}`

/** A PATH with node and nothing else: no psql. */
function bare(): Record<string, string> {
  const dir = temporaryDir('path-')
  symlinkSync(process.execPath, join(dir, 'node'))
  return { PATH: dir }
}

describe('gigarow db', () => {
  it('starts, shows, stops and deletes the server of the project', () =>
    withProject(async (cwd) => {
      const json = async (...args: string[]) =>
        JSON.parse((await runCli([...args, '--json'], { cwd })).stdout)
      expect(await json('db', 'status')).toMatchObject({ server: 'embedded', state: 'absent', pid: null })
      const started = await json('db', 'start')
      expect(started).toMatchObject({ started: true, state: 'running' })
      expect(await json('db', 'start')).toMatchObject({ started: false, pid: started.pid })
      expect(await json('db', 'stop')).toMatchObject({ stopped: true, state: 'stopped' })
      expect(await json('db', 'stop')).toMatchObject({ stopped: false })
      expect(await json('db', 'reset', '--yes')).toMatchObject({ deleted: true })
      expect(await json('db', 'status')).toMatchObject({ state: 'absent' })
    }))

  it('prints an address that works, and shows the password nowhere else', () =>
    withProject(async (cwd) => {
      const printed = await runCli(['db', 'url'], { cwd })
      const { password } = JSON.parse(readFileSync(join(cwd, '.gigarow/server.json'), 'utf8'))
      expect(printed.stdout.trim()).toMatch(/^postgresql:\/\/postgres:\S+@127\.0\.0\.1:\d+\/gigarow$/)
      expect(printed.stdout).toContain(password)
      expect(printed.stderr).not.toContain(password)
      const status = await runCli(['db', 'status', '--url', printed.stdout.trim()], { cwd })
      expect(status.stdout).toContain('running')
      expect(status.stdout + status.stderr).not.toContain(password)
    }))

  it('asks before it deletes: without a terminal and --yes it refuses', () =>
    withProject(async (cwd) => {
      const refused = await runCli(['db', 'reset'], { cwd })
      expect(refused.code).toBe(3)
      expect(refused.stderr).toContain('--yes')
      const dry = await runCli(['db', 'reset', '--dry-run'], { cwd })
      expect(dry).toMatchObject({ code: 0, stdout: expect.stringContaining('Would') })
    }))

  it('says when another server than the embedded one is in use', () =>
    withProject(async (cwd) => {
      const env = { DATABASE_URL: url() }
      const status = await runCli(['db', 'status', '--json'], { cwd, env })
      expect(JSON.parse(status.stdout)).toMatchObject({ server: 'external', origin: 'DATABASE_URL' })
      const stop = await runCli(['db', 'stop'], { cwd, env })
      expect(stop.stderr).toContain('not on the embedded server')
      expect(existsSync(join(cwd, '.gigarow'))).toBe(false)
    }))

  it('survives a kill -9 of the command that starts the server', () =>
    withProject(async (cwd) => {
      const { child, result } = spawnCli(['db', 'start'], { cwd })
      child.stderr.once('data', () => child.kill('SIGKILL'))
      await result
      const again = await runCli(['db', 'start'], { cwd })
      expect(again).toMatchObject({ code: 0, stdout: expect.stringContaining('unning') })
    }))
})

describe('the SQL prompt of our own, where psql is missing', () => {
  it('runs what is piped in, up to the first error, and says where that is', async () => {
    const input = [
      "create table t (id int, name text, at timestamptz default '2024-01-01Z');",
      "insert into t values (1, 'a;b'),",
      '  (22, null);',
      'select * from t order by id;',
      '\\d t',
      'do $$ begin perform 1; end $$;',
      'select 42 as last; -- done',
      'select 1,',
      '  nothing;',
      'drop table t',
    ].join('\n')
    const { code, stdout, stderr } = await runCli(['db', 'psql', '--url', url()], {
      cwd: temporaryDir(),
      env: bare(),
      input,
    })
    expect(stdout.split('\n').map((line) => line.trimEnd())).toEqual([
      'CREATE TABLE',
      'INSERT 2',
      ' id | name | at',
      '----+------+------------------------',
      '  1 | a;b  | 2024-01-01 00:00:00+00',
      ' 22 |      | 2024-01-01 00:00:00+00',
      '(2 rows)',
      ' column | type                     | nullable | default',
      '--------+--------------------------+----------+----------------------------------------------------',
      ' id     | integer                  |          |',
      ' name   | text                     |          |',
      " at     | timestamp with time zone |          | '2024-01-01 00:00:00+00'::timestamp with time zone",
      '(3 rows)',
      ' indexes',
      '---------',
      '(0 rows)',
      'DO',
      ' last',
      '------',
      '   42',
      '(1 row)',
      '',
    ])
    expect(stderr).toContain(
      'stdin:9: ERROR:  column "nothing" does not exist\nLINE 2:   nothing\n          ^',
    )
    expect(code).toBe(1)
  })

  it('runs a file', async () => {
    const cwd = temporaryDir()
    writeFileSync(join(cwd, 'good.sql'), 'create table filed (id int);\ninsert into filed values (1)')
    writeFileSync(join(cwd, 'bad.sql'), '-- first\nselect 1;\n\n-- then\nselec 2;\ndrop table filed;')
    const psql = (file: string) =>
      runCli(['-C', cwd, 'db', 'psql', '--url', url(), '-f', file], { cwd: '/', env: bare() })
    expect(await psql('good.sql')).toMatchObject({ code: 0, stdout: 'CREATE TABLE\nINSERT 1\n' })
    const bad = await psql('bad.sql')
    expect(bad).toMatchObject({ code: 1, stdout: expect.stringContaining('(1 row)') })
    expect(bad.stderr).toContain('bad.sql:5: ERROR:  syntax error at or near "selec"')
    expect(await psql('none.sql')).toMatchObject({ code: 2, stderr: expect.stringContaining('not there') })
  })

  it('gives one JSON document for -c', async () => {
    const { stdout, code } = await runCli(
      ['db', 'psql', '--json', '--url', url(), '-c', 'select 1 as a; select null as b, 1.50 as c'],
      { cwd: temporaryDir() },
    )
    expect(code).toBe(0)
    expect(JSON.parse(stdout)).toEqual({
      results: [
        { command: 'SELECT', count: 1, columns: ['a'], rows: [['1']] },
        { command: 'SELECT', count: 1, columns: ['b', 'c'], rows: [[null, '1.50']] },
      ],
      errors: [],
    })
  })

  it('leaves flags to psql, which it does not have', async () => {
    const cwd = temporaryDir()
    mkdirSync(join(cwd, 'x'))
    const { code, stderr } = await runCli(['db', 'psql', '--url', url(), '--', '-f', 'x'], {
      cwd,
      env: bare(),
    })
    expect(code).toBe(2)
    expect(stderr).toContain('psql')
  })
})
