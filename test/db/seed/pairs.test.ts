import { bigint, pgTable, text } from 'drizzle-orm/pg-core'
import { beforeEach, describe, expect, test } from 'vitest'
import { withDatabase } from '../../../src/db/index.ts'
import { defineSeed, fill, gen, resume, unfinishedRuns } from '../../../src/seed/index.ts'
import { testDatabase } from '../../support/index.ts'
import { load, resumeLoad } from '../../support/load.ts'

const target = testDatabase()
const orders = pgTable('orders', {
  id: bigint({ mode: 'number' }).notNull(),
  total: bigint({ mode: 'number' }).notNull(),
  code: text().notNull(),
})

beforeEach(() =>
  withDatabase(target, { doing: 'testing', max: 1 }, ({ sql }) =>
    sql
      .unsafe(
        'drop schema if exists gigarow cascade; drop table if exists orders; create table orders (id bigint not null, total bigint not null, code text not null)',
      )
      .simple(),
  ),
)

const CODE = gen.pair({
  makes: 'text',
  sql: (i, r) => `'N-' || ${i} || '-' || ${r} % 7`,
  js: (i, r) => `N-${i}-${r % 7}`,
})

function profileOf(
  js: (i: number, r: number) => number,
  sql = (i: string, r: string) => `${i} + ${r} % 100`,
) {
  const total = gen.pair({ makes: 'int', min: 0, max: 1e12, sql, js })
  return defineSeed({
    name: 'own',
    seed: 1,
    tables: [fill(orders, { rows: 20_000, columns: { id: gen.sequence(), total, code: CODE } })],
  })
}
const good = profileOf((i, r) => i + (r % 100))

describe('a generator of the user’s own', () => {
  test('fills a table by both fillers, the same rows', async () => {
    const [copied, inserted] = [
      await load(target, good),
      await load(target, good, { filler: 'sql', truncate: true }),
    ]
    expect(inserted.tables[0]!.checksum).toBe(copied.tables[0]!.checksum)
  })

  test('whose twins differ is refused with the first row that differs, before anything is loaded', async () => {
    const wrong = profileOf((i, r) => (i < 10_123 ? i + (r % 100) : i))
    await expect(load(target, wrong)).rejects.toMatchObject({
      code: 'SEED_TWINS_DIFFER',
      message: expect.stringMatching(/orders\.total differ in row 10,123: sql makes "\d+", js makes "10123"/),
      facts: { row: 10_123 },
    })
  })

  test('whose SQL the server does not take is refused', async () => {
    const wrong = profileOf(
      (i) => i,
      (i) => `${i} + nothing`,
    )
    await expect(load(target, wrong)).rejects.toMatchObject({
      code: 'SEED_TWINS_DIFFER',
      message: expect.stringContaining('"nothing"'),
    })
  })

  test('that sees more than its arguments, or leaves its bounds, is refused', () => {
    const outside = 3
    expect(() => profileOf((i) => i + outside)).toThrow(/sees nothing but its arguments/)
    expect(() =>
      gen.pair({ makes: 'int', min: 0, max: 9, sql: (i) => i, js: 'not code' as never }),
    ).not.toThrow()
  })

  test('is run again by a resume only where the profile still has it', async () => {
    const controller = new AbortController()
    const stopped = load(target, good, {
      chunkRows: 1000,
      signal: controller.signal,
      emit: (event) => {
        if (event.type === 'phase.progress' && event.done >= 3000) controller.abort()
      },
    })
    await expect(stopped).rejects.toMatchObject({ code: 'INTERRUPTED' })
    await expect(resumeLoad(target)).rejects.toMatchObject({ code: 'SEED_CODE_UNKNOWN' })
    const report = await withDatabase(target, { doing: 'seeding', max: 5 }, async (db) => {
      const [run] = await unfinishedRuns(db)
      const { signal } = new AbortController()
      return resume(db, run!, { filler: 'copy', jobs: 2, emit: () => {}, signal, profile: good })
    })
    expect(report.rows).toBe(20_000)
  })
})
