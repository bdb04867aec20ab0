import type { ReservedSql } from '../db/index.ts'
import { autoConfMap } from './auto-conf.ts'

/**
 * Stands in postgresql.auto.conf while a profile is in force (PostgreSQL 17 and later take a name of ours): another project
 * sees it, and so does one whose journal is lost. pg_settings does not list it.
 */
export const MARKER = 'gigarow.session'

/** One row of pg_settings. */
export interface ServerSetting {
  readonly name: string
  /** In the setting's own unit, as pg_settings shows it. */
  readonly setting: string
  readonly unit: string | null
  readonly vartype: 'bool' | 'enum' | 'integer' | 'real' | 'string'
  readonly context: string
  readonly min: string | null
  readonly max: string | null
  readonly enumvals: readonly string[] | null
  readonly source: string
  readonly sourcefile: string | null
  readonly pendingRestart: boolean
}

/** A value that ALTER ROLE or ALTER DATABASE sets: it wins over every configuration file. null: every role, every database. */
export interface ScopedValue {
  readonly role: string | null
  readonly database: string | null
  /** Lower case. */
  readonly name: string
  readonly raw: string
}

/** What this connection may do. */
export interface Access {
  readonly user: string
  /** The role that its sessions begin as: whose settings they take. Another one than `user` after SET ROLE only. */
  readonly login: string
  readonly database: string
  readonly ownsDatabase: boolean
  readonly superuser: boolean
  /** pg_file_settings and pg_reload_conf(): without them no ALTER SYSTEM of ours could be taken back. */
  readonly files: boolean
  /** allow_alter_system is off (17 and later). */
  readonly locked: boolean
  /** Settings that were granted one by one (15 and later), lower case. */
  readonly alterSystem: ReadonlySet<string>
  readonly set: ReadonlySet<string>
}

/** What one look at the server says; keys of the maps are lower-case names. */
export interface ServerState {
  readonly systemIdentifier: string
  /** Empty where this user may not know it. */
  readonly dataDirectory: string
  readonly version: number
  /** Of the server's machine; null where it cannot be read. */
  readonly bootId: string | null
  readonly access: Access
  readonly settings: ReadonlyMap<string, ServerSetting>
  /** Text of postgresql.auto.conf, the last entry of a name; empty where this user may not see it. */
  readonly auto: ReadonlyMap<string, string>
  /** Errors that stop a reload of the configuration files. */
  readonly fileErrors: readonly string[]
  readonly scoped: readonly ScopedValue[]
  /** It replays another server. */
  readonly standby: boolean
  readonly standbys: number
  readonly slots: number
}

export async function readServer(session: ReservedSql): Promise<ServerState> {
  const [identity] = await session<
    (Pick<ServerState, 'systemIdentifier' | 'dataDirectory' | 'version' | 'standby' | 'standbys' | 'slots'> &
      Pick<Access, 'user' | 'login' | 'database' | 'ownsDatabase' | 'superuser' | 'files' | 'locked'>)[]
  >`
    select (select system_identifier::text from pg_control_system()) as "systemIdentifier",
           coalesce((select setting from pg_settings where name = 'data_directory'), '') as "dataDirectory",
           current_setting('server_version_num')::int as version,
           current_user::text as "user", session_user::text as login, current_database()::text as database,
           (select pg_has_role(datdba, 'usage') from pg_database where datname = current_database()) as "ownsDatabase",
           (select rolsuper from pg_roles where rolname = current_user) as superuser,
           has_function_privilege('pg_reload_conf()', 'execute')
             and has_function_privilege('pg_show_all_file_settings()', 'execute')
             and has_table_privilege('pg_file_settings', 'select') as files,
           coalesce(current_setting('allow_alter_system', true) = 'off', false) as locked,
           pg_is_in_recovery() as standby, (select count(*)::int from pg_stat_replication) as standbys,
           (select count(*)::int from pg_replication_slots) as slots`
  const { user, login, database, ownsDatabase, superuser, files: readable, locked, ...rest } = identity!
  const settings = await readSettings(session)
  const files = readable ? await readFileSettings(session) : []
  const fileErrors = errorsOf(files)
  const granted = await readGrants(session, { superuser, version: rest.version })
  return {
    ...rest,
    bootId: superuser ? await serverFile(session, '/proc/sys/kernel/random/boot_id') : null,
    access: { user, login, database, ownsDatabase, superuser, files: readable, locked, ...granted },
    settings: new Map(settings.map((row) => [row.name.toLowerCase(), row])),
    auto: fileErrors.length === 0 ? autoOf(files) : await autoByText(session),
    fileErrors,
    scoped: await readScoped(session),
  }
}

/** Privileges on single settings: PostgreSQL 15 brought them. */
async function readGrants(
  session: ReservedSql,
  { superuser, version }: { superuser: boolean; version: number },
): Promise<Pick<Access, 'alterSystem' | 'set'>> {
  if (superuser || version < 150000) return { alterSystem: new Set(), set: new Set() }
  const rows = await session<{ name: string; system: boolean; set: boolean }[]>`
    select lower(name) as name, has_parameter_privilege(name, 'alter system') as system,
           has_parameter_privilege(name, 'set') as set
      from pg_settings`
  const names = (of: 'system' | 'set') => new Set(rows.filter((row) => row[of]).map((row) => row.name))
  return { alterSystem: names('system'), set: names('set') }
}

/** Those of TCP show what the session's socket has, and 0 where it is a local one: their reset_val is the server's. */
export async function readSettings(session: ReservedSql): Promise<readonly ServerSetting[]> {
  return session<ServerSetting[]>`
    select name, case when left(name, 4) = 'tcp_' then reset_val else setting end as setting, unit, vartype, context, min_val as min, max_val as max, enumvals, source, sourcefile,
           pending_restart as "pendingRestart"
      from pg_settings
     union all
    select ${MARKER}, coalesce(current_setting(${MARKER}, true), ''), null, 'string', 'sighup', null, null, null,
           'configuration file', null, false
     where current_setting('server_version_num')::int >= 170000
     order by name`
}

/**
 * One setting of the snapshot; without a value when the server does not know it any more, because the library that had it
 * is not loaded now.
 */
export function settingOf(settings: ReadonlyMap<string, ServerSetting>, name: string): ServerSetting {
  const nothing = {
    unit: null,
    min: null,
    max: null,
    enumvals: null,
    sourcefile: null,
    pendingRestart: false,
  }
  return (
    settings.get(name.toLowerCase()) ?? {
      ...{ name, setting: '', vartype: 'string', context: 'user', source: 'default' },
      ...nothing,
    }
  )
}

/** What stands in postgresql.auto.conf, or with a role or database, at this moment: somebody else may be at work, too. */
export async function readPlaces(session: ReservedSql): Promise<Pick<ServerState, 'auto' | 'fileErrors'>> {
  const files = await readFileSettings(session)
  return { auto: autoOf(files), fileErrors: errorsOf(files) }
}

function autoOf(files: readonly FileSetting[]): ReadonlyMap<string, string> {
  const own = files.filter((f) => f.auto && f.name !== null)
  return new Map(own.map((f) => [f.name!.toLowerCase(), f.setting ?? '']))
}

/** These mark what waits for a restart, written or taken out, or that a session refuses: the rest is read all the same. */
const HARMLESS = /^setting could not be applied$|cannot be changed without restarting the server$/

function errorsOf(files: readonly FileSetting[]): readonly string[] {
  return files.flatMap(({ error, place }) =>
    error === null || HARMLESS.test(error) ? [] : [`${place}: ${error}`],
  )
}

/** Behind an error in another file pg_file_settings does not look. */
async function autoByText(session: ReservedSql): Promise<ReadonlyMap<string, string>> {
  return autoConfMap((await serverFile(session, 'postgresql.auto.conf')) ?? '')
}

/** A small text file of the server's machine, or null where there is none or it may not be read. */
export async function serverFile(session: ReservedSql, path: string): Promise<string | null> {
  try {
    const [row] = await session<
      { text: string | null }[]
    >`select pg_read_file(${path}, 0, 65536, true) as text`
    return row!.text?.trim() ?? null
  } catch {
    return null
  }
}

interface FileSetting {
  readonly auto: boolean
  readonly name: string | null
  readonly setting: string | null
  readonly error: string | null
  readonly place: string
}

/** In file order. PostgreSQL reads the files for this, so it is what they hold now and not what was last loaded. */
async function readFileSettings(session: ReservedSql): Promise<readonly FileSetting[]> {
  return session<FileSetting[]>`
    select coalesce(sourcefile = current_setting('data_directory') || '/postgresql.auto.conf', false) as auto,
           name, setting, error, concat_ws(':', sourcefile, sourceline) as place
      from pg_file_settings order by seqno`
}

export async function readScoped(session: ReservedSql): Promise<readonly ScopedValue[]> {
  return session<ScopedValue[]>`
    select r.rolname::text as role, d.datname::text as database, lower(split_part(entry, '=', 1)) as name,
           substr(entry, strpos(entry, '=') + 1) as raw
      from pg_db_role_setting s cross join unnest(s.setconfig) entry
           left join pg_roles r on r.oid = s.setrole left join pg_database d on d.oid = s.setdatabase
     order by 1, 2, 3`
}
