import { expect, test } from 'vitest'
import { diff } from '../../../src/diff/index.ts'
import { findDrift, scratchOn, withSource } from '../../../src/migrate/index.ts'
import { checkDeclarations, declarationsSql } from '../../../src/schema/index.ts'
import { type Generating, generate } from '../../support/generate.ts'
import { testDatabase } from '../../support/index.ts'
import * as videoStore from '../../support/video-store.ts'
import { migrationsOn } from '../migrate/fixture.ts'

const target = testDatabase()
const { project } = migrationsOn(target)

test('a video store with everything that the known sample database has is declared, migrated, and does not differ', async () => {
  const { triggers, ...rest } = videoStore
  const exports = { ...rest, ...triggers }
  const { folder, up } = project({})
  const now = Date.UTC(2022, 5, 10)
  const scratch = scratchOn(target, { makesRoles: true })
  const options: Generating = { scratch, folder, now }
  await generate(exports, options)
  await up()
  const statements = await declarationsSql(await checkDeclarations(exports, { now }))
  const found = await withSource(
    { kind: 'database', target, label: 'live' },
    { scratch },
    ({ catalog: live }) =>
      withSource(
        { kind: 'statements', label: 'schema', statements },
        { scratch },
        async ({ catalog: expected }) => [
          ...findDrift({ live, expected, policies: [], now }),
          ...diff(live, expected).statements.map(({ sql }) => sql),
        ],
      ),
  )
  expect(found).toEqual([])
  expect(await generate(exports, options)).toBeUndefined()
})
