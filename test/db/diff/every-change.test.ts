import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { readCatalog } from '../../../src/catalog/index.ts'
import { openPool, type Sql, type TransactionSql } from '../../../src/db/index.ts'
import { diff } from '../../../src/diff/index.ts'
import { describeSchema, type Scope } from '../../../src/migrate/fingerprint.ts'
import type { Catalog } from '../../../src/model/index.ts'
import { testDatabase } from '../../support/index.ts'
import { keepPlans } from '../../support/keep-plans.ts'
import { BASE, CHANGES, type Change } from './every-change.ts'

// What a proof judges by must not be blind where plans are: each single change of a schema has to show in both readers.
const target = testDatabase()
const run = randomUUID().slice(0, 8)
const ROLES = { reader: `gigarow_changes_reader_${run}`, writer: `gigarow_changes_writer_${run}` }
const TABLESPACE = `gigarow_changes_${run}`

let sql: Sql
let major: number
let base: Seen
beforeAll(async () => {
  sql = openPool(target, { max: 1, applicationName: 'every change' })
  const [row] = await sql`select current_setting('server_version_num')::int / 10000 as major`
  major = row!.major
  for (const role of Object.values(ROLES)) await sql.unsafe(`create role ${role}`)
  if (major >= 15) {
    await sql.unsafe('set allow_in_place_tablespaces = on')
    await sql.unsafe(`create tablespace ${TABLESPACE} location ''`)
  }
  await sql.unsafe(named(BASE))
  base = await sql.begin(look)
})
afterAll(async () => {
  await sql.unsafe('drop schema app cascade')
  if (major >= 15) await sql.unsafe(`drop tablespace ${TABLESPACE}`)
  for (const role of Object.values(ROLES)) await sql.unsafe(`drop owned by ${role}; drop role ${role}`)
  await sql.end({ timeout: 5 })
})

function named(text: string): string {
  return text
    .replace(/\b(?:to|from) (reader|writer)\b/g, (all, role: keyof typeof ROLES) =>
      all.replace(role, ROLES[role]),
    )
    .replace(/\belsewhere\b/, TABLESPACE)
}

interface Seen {
  readonly catalog: Catalog
  /** What a proof and the tests of pairs ask for. */
  readonly managed: readonly string[]
  readonly unmanaged: readonly string[]
}

async function look(tx: TransactionSql): Promise<Seen> {
  const kept = keepPlans(tx)
  // In the transaction that is open.
  const begin = (_mode: string, use: (sql: TransactionSql) => unknown) => use(kept)
  const catalog = await readCatalog({ sql: { begin } as unknown as Sql })
  const lines = await describeSchema(kept)
  const of = (...scopes: readonly Scope[]) =>
    lines.flatMap(({ scope, text }) => (scopes.includes(scope) ? [text] : []))
  return { catalog, managed: of('schema', 'owner'), unmanaged: of('unmanaged') }
}

class RolledBack extends Error {}

/** Both states of a case; nothing of them stays. */
async function bothSides({ given, change }: Change): Promise<readonly [Seen, Seen]> {
  let seen: readonly [Seen, Seen] | undefined
  const work = sql.begin(async (tx) => {
    if (given !== undefined) await tx.unsafe(named(given))
    const before = given === undefined ? base : await look(tx)
    await tx.unsafe(`set local search_path = public; ${named(change)}`)
    seen = [before, await look(tx)]
    throw new RolledBack()
  })
  await work.catch((error: unknown) => {
    if (!(error instanceof RolledBack)) throw error
  })
  return seen!
}

function steps(from: Seen, to: Seen): readonly string[] {
  const { statements, refusals } = diff(from.catalog, to.catalog)
  return [...statements.map((s) => s.sql), ...refusals.map((r) => r.reason)]
}

const changed = (from: readonly string[], to: readonly string[]) => [
  ...from.filter((line) => !to.includes(line)),
  ...to.filter((line) => !from.includes(line)),
]

test.each(CHANGES.map((change) => [change.name, change] as const))('%s', async (_name, change) => {
  if (major < (change.since ?? 0)) return
  const [before, after] = await bothSides(change)
  const managed = changed(before.managed, after.managed)
  const unmanaged = changed(before.unmanaged, after.unmanaged)
  if (change.unmanaged) {
    expect(unmanaged).not.toEqual([])
    expect(managed, 'a proof would fail on what no plan changes').toEqual([])
    expect(steps(before, after)).toEqual([])
    return
  }
  expect(managed, 'the independent reader').not.toEqual([])
  const ways = [steps(before, after), steps(after, before)]
  const taken = ways.filter((way) => way.length > 0)
  expect(taken, change.oneWay ?? 'there and back').toHaveLength(change.oneWay === undefined ? 2 : 1)
})
