import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll } from 'vitest'
import { openPool, parseTarget, type Target } from '../../../src/db/index.ts'
import { ident } from '../../../src/kernel/index.ts'

/** A database of this file's own on the server of GIGAROW_TEST_URL. */
export function testDatabase(): Target {
  const server = parseTarget(
    process.env.GIGAROW_TEST_URL ?? 'postgresql://postgres@127.0.0.1:5432/postgres',
    'flag',
  )
  const database = `gigarow_test_${randomUUID().slice(0, 8)}`
  const onServer = async (statement: string) => {
    const sql = openPool(server, { max: 1 })
    await sql.unsafe(statement).finally(() => sql.end())
  }
  beforeAll(() => onServer(`create database ${ident(database)} template template0`))
  afterAll(() => onServer(`drop database if exists ${ident(database)} with (force)`))
  return { ...server, database }
}
