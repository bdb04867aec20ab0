import { bigint, pgTable, text } from 'drizzle-orm/pg-core'
import { checkDeclarations, declarationsSql, readDeclarations } from '../../../src/schema/index.ts'

export type Exports = Readonly<Record<string, unknown>>
export const now = Date.UTC(2025, 1, 10)
export const read = (exports: Exports) => readDeclarations(exports, { now })
export const flat = (text: string) => text.replaceAll(/\s+/g, ' ')
export const texts = async (exports: Exports) => (await declarationsSql(read(exports))).map(flat)
export const problems = async (exports: Exports): Promise<string> =>
  checkDeclarations(exports, { now }).then(
    () => '',
    (error: Error) => error.message,
  )

export const id = () => bigint({ mode: 'number' }).notNull()
export const plain = (extras: Parameters<typeof pgTable>[2] = undefined as never) =>
  pgTable('t', { id: id(), a: text(), b: text() }, extras as never)
