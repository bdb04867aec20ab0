import { existsSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import { describeTarget, type Target, withDatabase } from '../../src/db/index.ts'
import { type CliResult, openWarmCli, runCli, testDatabase, withProject } from '../support/index.ts'
import { normalise, readCase } from './case.ts'
import { commandEnv, copyProject, overlay, places, stateOf, withPorts } from './stage.ts'

// Every folder here but diff (pairs of schemas, test/db/diff) is a case; case.ts says what is in one. `npx vitest run test/cases -u` writes expected.txt anew.
const HERE = import.meta.dirname
const names = readdirSync(HERE, { withFileTypes: true })
  .filter((entry) => entry.isDirectory() && !entry.name.startsWith('_') && entry.name !== 'diff')
  .map((entry) => entry.name)

const warm = openWarmCli()
afterAll(() => warm.close())

describe.each(names)('%s', (name) => {
  const { folder, before, last } = readCase(join(HERE, name))
  const database = testDatabase()
  // A file that is edited between two commands has to be loaded again.
  const gigarow = existsSync(join(folder, 'edit')) ? runCli : warm.run

  test(`gigarow ${last.args.join(' ')}`, async (context) => {
    const needsPassword = Object.values(last.env).includes('{wrong-password}')
    if (needsPassword && (await acceptsAnyPassword(database))) context.skip('the server asks for no password')
    await withProject((cwd) =>
      withPorts(async (ports) => {
        copyProject({ folder, before, last }, cwd)
        const filled = places(database, ports)
        for (const command of before) {
          const { code, stderr } = await gigarow(command.args, { cwd, env: commandEnv(command, filled) })
          expect({ ...command, code, said: code === 0 ? '' : stderr }).toEqual({
            ...command,
            code: 0,
            said: '',
          })
        }
        overlay(folder, 'edit', cwd)
        const state = await stateOf(cwd, database)
        const result = await gigarow(last.args, { cwd, env: commandEnv(last, filled) })
        const text = normalise(
          render(result),
          new Map([
            [cwd, '/project'],
            [describeTarget(database), 'postgresql://SERVER/DATABASE'],
            [describeTarget(database).replace(/[^/]*$/, ''), 'postgresql://SERVER/'],
            [`user "${database.user}"`, 'user "USER"'],
            [String(ports.closed), 'CLOSED'],
            [String(ports.taken), 'TAKEN'],
          ]),
        )
        await expect(text).toMatchFileSnapshot(join(folder, 'expected.txt'))
        // The promise of every error: what was asked for is done, or nothing is. And that of every look ahead.
        const isLook = last.args.includes('--dry-run') || last.args[1] === 'plan'
        if (result.code !== 0 || isLook) expect(await stateOf(cwd, database)).toEqual(state)
      }),
    )
  })
})

function render({ code, stdout, stderr }: CliResult): string {
  return `exit code ${code}\n--- stdout\n${stdout}--- stderr\n${stderr}`
}

/** A server of GIGAROW_TEST_URL may trust everybody. */
async function acceptsAnyPassword(database: Target): Promise<boolean> {
  const wrong = { ...database, password: 'wrong' }
  return withDatabase(wrong, { doing: 'trying a wrong password', max: 1 }, async () => true).catch(
    () => false,
  )
}
