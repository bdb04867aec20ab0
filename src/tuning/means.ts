import { ident } from '../kernel/index.ts'
import { alterSystem, listLiterals } from './alter-system.ts'
import type { Access, ServerSetting, ServerState } from './server.ts'

/** Where ALTER ROLE or ALTER DATABASE sets a value: role x, database y, or role x in database y. */
export interface Scope {
  readonly role: string | null
  readonly database: string | null
}

/** Contexts that a session may change at its start; a superuser's ones need a privilege on top. */
const ANYBODYS: readonly string[] = ['user', 'backend']
const PRIVILEGED: readonly string[] = ['superuser', 'superuser-backend']

export type Means =
  /** ALTER SYSTEM. */
  | { readonly kind: 'system' }
  | { readonly kind: 'scope'; readonly scope: Scope }
  | { readonly kind: 'none'; readonly why: string }

/**
 * How this user can change the setting so that it can be put back: for the whole server, else for its own role in this
 * database, else not at all. By privilege, never by the name of a host.
 */
export function meansFor(live: ServerSetting, { access }: ServerState): Means {
  const why = systemForbidden(live.name, access)
  if (why === undefined) return { kind: 'system' }
  const allowed =
    ANYBODYS.includes(live.context) ||
    (PRIVILEGED.includes(live.context) && (access.superuser || access.set.has(live.name.toLowerCase())))
  if (!allowed) return { kind: 'none', why }
  return { kind: 'scope', scope: { role: access.user, database: access.database } }
}

/** Why there is no ALTER SYSTEM for it, or undefined. */
export function systemForbidden(name: string, access: Access): string | undefined {
  if (access.locked) return 'ALTER SYSTEM is switched off on this server (allow_alter_system)'
  if (access.superuser) return undefined
  if (!access.alterSystem.has(name.toLowerCase())) return 'ALTER SYSTEM needs a superuser'
  return access.files
    ? undefined
    : 'ALTER SYSTEM is granted, but not pg_file_settings and pg_reload_conf(): it could not be taken back'
}

/** Text that stands there now: in postgresql.auto.conf, or with the role and database; null: none. */
export function rawOf(
  server: Pick<ServerState, 'auto' | 'scoped'>,
  name: string,
  scope: Scope | undefined,
): string | null {
  const key = name.toLowerCase()
  if (scope === undefined) return server.auto.get(key) ?? null
  const found = server.scoped.find(
    (s) => s.name === key && s.role === scope.role && s.database === scope.database,
  )
  return found?.raw ?? null
}

/** Sets the text there; null takes the setting out. */
export function changeStatement(name: string, raw: string | null, scope: Scope | undefined): string {
  if (scope === undefined) return alterSystem(name, raw)
  const { role, database } = scope
  const whom =
    role === null
      ? `database ${ident(database!)}`
      : `role ${ident(role)}${database === null ? '' : ` in database ${ident(database)}`}`
  const setting = ident(...name.split('.'))
  if (raw === null) return `alter ${whom} reset ${setting}`
  return `alter ${whom} set ${setting} to ${listLiterals(name, raw)}`
}

/** For people. */
export function describeScope({ role, database }: Scope): string {
  const parts = [
    role === null ? [] : [`role ${role}`],
    database === null ? [] : [`database ${database}`],
  ].flat()
  return parts.length === 0 ? 'every role' : parts.join(' in ')
}
