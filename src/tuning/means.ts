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
 * How this user can change the setting so that it can be put back: for the whole server, else for the role that its sessions
 * begin as in this database, else for the database, else not at all. By privilege, never by the name of a host.
 */
export function meansFor(live: ServerSetting, server: ServerState): Means {
  const { access } = server
  const why = systemForbidden(live.name, access)
  if (why === undefined) return { kind: 'system' }
  if (!mayInSession(live, server)) return { kind: 'none', why }
  if (server.standby)
    return { kind: 'none', why: `${why}, and a standby takes those of roles from its primary` }
  const { user, login, database, superuser, ownsDatabase } = access
  if (user === login || superuser) return { kind: 'scope', scope: { role: login, database } }
  // Each role may set its own defaults, but after SET ROLE this session is another one than its own.
  if (ownsDatabase) return { kind: 'scope', scope: { role: null, database } }
  return {
    kind: 'none',
    why: `${why}, and ${user} may set neither the defaults of ${login} nor those of the database`,
  }
}

/** Whether a session of this user may begin with another value of it. */
export function mayInSession({ name, context }: ServerSetting, { access }: ServerState): boolean {
  if (ANYBODYS.includes(context)) return true
  return PRIVILEGED.includes(context) && (access.superuser || access.set.has(name.toLowerCase()))
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
