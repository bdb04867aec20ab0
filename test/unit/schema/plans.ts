import { bigint, pgTable, text } from 'drizzle-orm/pg-core'
import {
  checkDeclarations,
  planMigration,
  readDeclarations,
  type Snapshot,
} from '../../../src/schema/index.ts'

export type Exports = Readonly<Record<string, unknown>>
export const now = Date.UTC(2025, 1, 10)
export const read = (exports: Exports) => readDeclarations(exports, { now })
export const plan = async (exports: Exports, previous?: Snapshot) => planMigration(read(exports), previous)
export const stored = async (exports: Exports) =>
  JSON.parse(JSON.stringify((await plan(exports)).snapshot)) as Snapshot
export const flat = (text: string) => text.replaceAll(/\s+/g, ' ')
export const texts = async (exports: Exports, previous?: Snapshot) =>
  (await plan(exports, previous)).statements.map((s) => flat(s.sql))
export const downTexts = async (exports: Exports, previous?: Snapshot) =>
  (await plan(exports, previous)).down!.map((s) => flat(s.sql))
export const problems = async (exports: Exports): Promise<string> =>
  checkDeclarations(exports, { now }).then(
    () => '',
    (error: Error) => error.message,
  )

export const id = () => bigint({ mode: 'number' }).notNull()
export const plain = (extras: Parameters<typeof pgTable>[2] = undefined as never) =>
  pgTable('t', { id: id(), a: text(), b: text() }, extras as never)
