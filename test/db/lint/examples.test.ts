import { expect, test } from 'vitest'
import { openPool, type Sql } from '../../../src/db/index.ts'
import { lintFiles } from '../../../src/lint/index.ts'
import {
  EXAMPLE_TABLES,
  HAZARDS,
  type HazardRule,
  hazardEntry,
  LOCK_MODES,
  type LockMode,
} from '../../../src/model/index.ts'
import { splitStatements } from '../../../src/sql/index.ts'
import { testDatabase } from '../../support/index.ts'

const database = testDatabase()
const rules = Object.keys(HAZARDS) as HazardRule[]

/** A session on the tables of the examples, made anew. */
async function withExample<T>(rule: HazardRule, use: (sql: Sql, major: number) => Promise<T>): Promise<T> {
  const sql = openPool(database, { max: 1, applicationName: 'examples' })
  try {
    const [{ version } = { version: 0 }] = await sql<{ version: number }[]>`
      select current_setting('server_version_num')::int / 10000 as version`
    await sql.unsafe(
      'drop schema public cascade; drop schema if exists old, archive cascade; create schema public',
    )
    await run(sql, EXAMPLE_TABLES + (hazardEntry(rule).given ?? ''))
    return await use(sql, version)
  } finally {
    await sql.end()
  }
}

/** One after the other: several in one message would be a transaction. */
async function run(sql: Sql, text: string): Promise<void> {
  for (const statement of await splitStatements(text)) await sql.unsafe(statement.sql)
}

test.each(rules.filter((rule) => hazardEntry(rule).good.length > 0))(
  'the server takes the safe form of %s',
  async (rule) => {
    await withExample(rule, async (sql, major) => {
      const { good, since = 14 } = hazardEntry(rule)
      if (major < since) return
      for (const migration of good) await run(sql, migration)
    })
  },
)

/** What gigarow lint says of the bad example, as a text that can be run: one with no gaps that are for the user to fill. */
async function advice(rule: HazardRule): Promise<string | undefined> {
  const { bad, given = '', since = 14 } = hazardEntry(rule)
  const files = [
    { file: 'tables.sql', text: EXAMPLE_TABLES + given },
    { file: 'bad.sql', text: bad },
  ]
  const found = await lintFiles(files, { major: since, enable: [rule] })
  const help = found.find((finding) => finding.rule === rule && finding.file === 'bad.sql')?.help
  return help === undefined || help.includes('…') || !help.includes(';') ? undefined : help
}

const ADVISED: readonly HazardRule[] = [
  'index-blocks-writes',
  'index-on-partitioned',
  'index-drop-blocks',
  'reindex-blocks',
  'index-if-not-exists',
  'foreign-key-scans',
  'check-scans',
  'validate-with-add',
  'unique-builds-index',
  'primary-key-nullable',
  'not-null-scans',
  'domain-constraint-scans',
  'stored-generated-column',
  'rename-table',
  'vacuum-full',
  'refresh-blocks-reads',
  'partition-of',
  'attach-scans',
  'detach-blocks',
]

test.each(ADVISED)('the advice of %s runs as it stands and has no finding', async (rule) => {
  await withExample(rule, async (sql, major) => {
    const { bad, good, given = '', since = 14 } = hazardEntry(rule)
    if (major < since) return
    const help = (await advice(rule))!
    const done =
      rule === 'validate-with-add' ? good[0]! : rule === 'primary-key-nullable' ? bad.split('\n')[0]! : ''
    await run(sql, done)
    await run(sql, help)
    // Where it speaks of the next migration, another one begins.
    const migrations = [EXAMPLE_TABLES + given, done, ...help.split(/^-- in .*$/m)]
    const files = migrations.map((text, i) => ({ file: `${i}`, text }))
    const found = await lintFiles(files, { major: since })
    expect(found.filter(({ file, severity }) => file !== '0' && severity !== 'notice')).toEqual([])
  })
})

/** Rules whose example can be held open in a transaction, and the relations that the catalogue speaks of. */
const LOCKED: readonly { readonly rule: HazardRule; readonly on: readonly string[] }[] = [
  { rule: 'index-blocks-writes', on: ['orders'] },
  { rule: 'index-on-partitioned', on: ['events', 'events_2025_01', 'events_2025_02'] },
  { rule: 'index-drop-blocks', on: ['orders'] },
  { rule: 'reindex-blocks', on: ['orders'] },
  { rule: 'foreign-key-scans', on: ['orders', 'customers'] },
  { rule: 'check-scans', on: ['orders'] },
  { rule: 'unique-builds-index', on: ['customers'] },
  { rule: 'exclusion-constraint', on: ['bookings'] },
  { rule: 'not-null-scans', on: ['orders'] },
  { rule: 'drop-column', on: ['orders'] },
  { rule: 'volatile-default', on: ['orders'] },
  { rule: 'stored-generated-column', on: ['orders'] },
  { rule: 'add-serial-column', on: ['orders'] },
  { rule: 'change-type', on: ['orders'] },
  { rule: 'truncate', on: ['customers'] },
  { rule: 'rewrite-table', on: ['orders'] },
  { rule: 'refresh-blocks-reads', on: ['totals'] },
  { rule: 'partition-of', on: ['events'] },
  { rule: 'attach-scans', on: ['events_2025_03'] },
  { rule: 'detach-blocks', on: ['events', 'events_2025_01'] },
  { rule: 'delete-all', on: ['orders'] },
  { rule: 'unbounded-change', on: ['orders'] },
]

test.each(LOCKED)('$rule takes the lock that the catalogue says', async ({ rule, on }) => {
  const claimed = hazardEntry(rule).lock?.mode
  await withExample(rule, async (sql) => {
    await sql.unsafe('begin')
    await run(sql, hazardEntry(rule).bad)
    const locks = await strongest(sql)
    await sql.unsafe('rollback')
    for (const relation of on) expect([relation, locks.get(relation)]).toEqual([relation, claimed])
  })
})

/** By the name of the relation, of this session. */
async function strongest(sql: Sql): Promise<ReadonlyMap<string, LockMode>> {
  const rows = await sql<{ name: string; mode: string }[]>`
    select c.relname as name, l.mode from pg_locks l join pg_class c on c.oid = l.relation
     where l.pid = pg_backend_pid() and l.granted`
  const found = new Map<string, LockMode>()
  for (const { name, mode } of rows) {
    const word = mode
      .replace(/Lock$/, '')
      .replaceAll(/(?<=[a-z])(?=[A-Z])/g, ' ')
      .toUpperCase() as LockMode
    const before = found.get(name)
    if (before === undefined || LOCK_MODES.indexOf(word) > LOCK_MODES.indexOf(before)) found.set(name, word)
  }
  return found
}

test('attaching a new table lets others read and write the parent', async () => {
  await withExample('partition-of', async (sql) => {
    const [first, second] = (await splitStatements(hazardEntry('partition-of').good[0]!)).map((s) => s.sql)
    await sql.unsafe(first!)
    await sql.unsafe('begin')
    await sql.unsafe(second!)
    const locks = await strongest(sql)
    await sql.unsafe('rollback')
    expect(locks.get('events')).toBe('SHARE UPDATE EXCLUSIVE')
  })
})
