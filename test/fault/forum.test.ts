import { eq } from 'drizzle-orm'
import { drizzle } from 'drizzle-orm/postgres-js'
import { expect, test } from 'vitest'
import { openPool } from '../../src/db/index.ts'
import { diff } from '../../src/diff/index.ts'
import { findDrift, type ScratchServer, scratchOn, withSource } from '../../src/migrate/index.ts'
import { checkDeclarations, declarationsSql } from '../../src/schema/index.ts'
import { migrationsOn } from '../db/migrate/fixture.ts'
import { forum, forumPart } from '../support/forum.ts'
import { type Generating, generate } from '../support/generate.ts'
import { testDatabase } from '../support/index.ts'

const target = testDatabase()
const { project } = migrationsOn(target)
const now = Date.UTC(2025, 2, 10)

/** The live database beside what is declared. */
async function differences(exports: Readonly<Record<string, unknown>>, scratch: ScratchServer) {
  const statements = await declarationsSql(await checkDeclarations(exports, { now }))
  return withSource({ kind: 'database', target, label: 'live' }, { scratch }, ({ catalog: live }) =>
    withSource(
      { kind: 'statements', label: 'schema', statements },
      { scratch },
      async ({ catalog: expected }) => [
        ...findDrift({ live, expected, policies: [], now }),
        ...diff(live, expected).statements.map((statement) => statement.sql),
      ],
    ),
  )
}

test('a forum of 200 tables: declared, migrated, used by Drizzle, changed in thirty ways, and nothing differs', async () => {
  const { folder, up } = project({})
  const scratch = scratchOn(target, { makesRoles: true })
  const options: Generating = { scratch, folder, now, allow: ['drop', 'lock'] }
  const before = forum()
  await generate(before, options)
  await up()
  expect(await differences(before, scratch)).toEqual([])
  await useIt()
  const after = forum({ later: true })
  const changed = await generate(after, options)
  expect(changed?.plan.statements.length).toBeGreaterThanOrEqual(50)
  await up()
  expect(await differences(after, scratch)).toEqual([])
  expect(await generate(after, options)).toBeUndefined()
  expect(await countUsers()).toBe(2)
}, 600_000)

async function useIt(): Promise<void> {
  const core = forumPart()
  const client = openPool(target, { max: 1, applicationName: 'drizzle' })
  try {
    const db = drizzle(client, { schema: core })
    const { users, groups, members, posts, events, top, active } = core
    const [ann, bob] = await db
      .insert(users)
      .values([
        { username: 'Ann', mail: 'ann@example.org', levels: ['guest', 'staff'], ip: '10.0.0.1' },
        { username: 'Bob', mail: 'bob@example.org' },
      ])
      .returning()
    expect(ann).toMatchObject({ searchable: 'ann', settings: { theme: "it's", n: [1, 2] }, level: 'guest' })
    await db.update(users).set({ invitedBy: ann!.id }).where(eq(users.id, bob!.id))
    const [group] = await db.insert(groups).values({ title: 'all', owner: ann!.id }).returning()
    await db.insert(members).values({ groupId: group!.id, userId: bob!.id })
    const found = await db.query.users.findFirst({
      where: eq(users.id, bob!.id),
      with: { memberships: { with: { group: true } } },
    })
    expect(found?.memberships[0]?.group.title).toBe('all')
    await db.insert(posts).values({ author: ann!.id, raw: 'two words', tags: ['a', 'b'] })
    expect(await db.select({ words: posts.words }).from(posts)).toEqual([{ words: 2 }])
    const at = new Date('2025-02-03T00:00:00Z')
    await db.insert(events).values({ id: 1, at, kind: 'view', user: ann!.id })
    expect(await db.select({ kind: events.kind }).from(events).where(eq(events.at, at))).toEqual([
      { kind: 'view' },
    ])
    expect(await db.delete(events).returning({ id: events.id })).toEqual([{ id: 1 }])
    await db.refreshMaterializedView(top).concurrently()
    expect(await db.select().from(top)).toHaveLength(2)
    expect(await db.select().from(active)).toEqual([{ id: ann!.id, name: 'Ann', posts: 1 }])
  } finally {
    await client.end()
  }
}

async function countUsers(): Promise<number> {
  const client = openPool(target, { max: 1, applicationName: 'drizzle' })
  try {
    return await drizzle(client).$count(forumPart().users)
  } finally {
    await client.end()
  }
}
