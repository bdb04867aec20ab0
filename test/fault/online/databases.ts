import { randomUUID } from 'node:crypto'
import { inject } from 'vitest'
import { readCatalog } from '../../../src/catalog/index.ts'
import { openPool, parseTarget, type Sql, type Target } from '../../../src/db/index.ts'
import { ident } from '../../../src/kernel/index.ts'
import type { Catalog } from '../../../src/model/index.ts'

/** Databases of one run: filled once, copied for each test. */
export interface Databases {
  /** Of the server's own database: its snapshots hold up nothing in the copies. */
  readonly admin: Sql
  readonly server: Target
  readonly make: (name: string, text: string) => Promise<Target>
  readonly copy: (of: Target) => Promise<Target>
  readonly drop: (target: Target) => Promise<void>
  /** What the text alone makes. */
  readonly stateOf: (text: string) => Promise<Catalog>
  readonly close: () => Promise<void>
}

export function openDatabases(): Databases {
  const server = parseTarget(inject('serverUrl'), 'flag')
  const run = `gigarow_test_online_${randomUUID().slice(0, 8)}`
  const admin = openPool(server, { max: 4, applicationName: 'gigarow tests' })
  const made = new Set<string>()
  let number = 0

  async function create(name: string, template: string): Promise<Target> {
    const database = `${run}_${name}`
    made.add(database)
    await admin.unsafe(`create database ${ident(database)} template ${ident(template)}`)
    return { ...server, database }
  }

  async function make(name: string, text: string): Promise<Target> {
    const target = await create(name, 'template0')
    await using(target, (sql) => sql.unsafe(text))
    return target
  }

  async function drop({ database }: Target): Promise<void> {
    await admin.unsafe(`drop database if exists ${ident(database)} with (force)`)
    made.delete(database)
  }

  return {
    admin,
    server,
    make,
    drop,
    copy: ({ database }) => create(String(++number), database),
    stateOf: async (text) => {
      const target = await make(`state_${++number}`, text)
      const state = await using(target, (sql) => readCatalog({ sql }))
      await drop(target)
      return state
    },
    close: async () => {
      for (const database of made)
        await admin.unsafe(`drop database if exists ${ident(database)} with (force)`)
      await admin.end({ timeout: 5 })
    },
  }
}

export async function using<T>(target: Target, use: (sql: Sql) => Promise<T>): Promise<T> {
  const sql = openPool(target, { max: 1, applicationName: 'online test' })
  try {
    return await use(sql)
  } finally {
    await sql.end({ timeout: 5 })
  }
}

/** Also those that writers keep up to date and readers cannot use. */
export async function invalidIndexes(sql: Sql): Promise<readonly string[]> {
  const rows = await sql<{ name: string }[]>`
    select indexrelid::regclass::text as name from pg_index where not indisvalid or not indisready order by 1`
  return rows.map(({ name }) => name)
}
