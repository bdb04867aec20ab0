import { is, SQL, sql } from 'drizzle-orm'
import type { PgMaterializedView, PgTable, PgView } from 'drizzle-orm/pg-core'
import { DECLARATION, type Declaration, isDeclaration } from './declaration.ts'
import { sqlText } from './extras.ts'

export interface ExtensionOptions {
  /** Where its objects go; the schema has to exist or be exported (pgSchema). Default: the server's choice. */
  readonly schema?: string
  readonly version?: string
}

export interface ExtensionDeclaration extends Declaration<'extension'>, ExtensionOptions {
  readonly name: string
}

/** `export const pgcrypto = extension('pgcrypto')`: made before everything else. */
export function extension(name: string, options: ExtensionOptions = {}): ExtensionDeclaration {
  return Object.freeze({ [DECLARATION]: 'extension' as const, name, ...options })
}

export function isExtension(value: unknown): value is ExtensionDeclaration {
  return isDeclaration(value, 'extension')
}

/** What has to exist before: another sqlObject (itself or its label), a table or view, an extension. */
export type Need =
  | SqlObjectDeclaration
  | ExtensionDeclaration
  | PgTable
  | PgView
  | PgMaterializedView
  | string

export interface SqlObjectOptions {
  /** Only where it cannot be seen in the SQL: in the body of a PL/pgSQL function, say. */
  readonly needs?: readonly Need[]
}

export interface SqlObjectDeclaration extends Declaration<'sqlObject'> {
  /** For `needs` and for messages; unique. */
  readonly label: string
  readonly text: string
  readonly needs: readonly Need[]
}

/**
 * One CREATE, GRANT or COMMENT statement for what has no declaration of its own: a function, procedure, trigger, view,
 * policy, rule, domain, composite type. As text, or with Drizzle's tag:
 * ``sqlObject('touch_users', sql`create trigger touch before update on ${users} for each row execute function touch()`)``.
 * PostgreSQL's parser reads it when a migration is made: the object's name and what it refers to are taken from it.
 */
export function sqlObject(
  label: string,
  text: string | SQL,
  { needs = [] }: SqlObjectOptions = {},
): SqlObjectDeclaration {
  return Object.freeze({
    [DECLARATION]: 'sqlObject' as const,
    label,
    text: is(text, SQL) ? sqlText(sql`${text}`) : text,
    needs: Object.freeze([...needs]),
  })
}

export function isSqlObject(value: unknown): value is SqlObjectDeclaration {
  return isDeclaration(value, 'sqlObject')
}
