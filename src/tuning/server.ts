import { errorCodeOf, type ReservedSql, SQLSTATE } from '../db/index.ts'
import { GigarowError } from '../kernel/index.ts'

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

/** A value that ALTER ROLE or ALTER DATABASE sets: it wins over every configuration file. */
export interface Override {
  readonly name: string
  /** 'role x', 'database y', 'role x in database y'. */
  readonly where: string
}

/** What one look at the server says; keys of the maps are lower-case names. */
export interface ServerState {
  readonly systemIdentifier: string
  readonly dataDirectory: string
  readonly version: number
  /** Of the server's machine; null where it cannot be read. */
  readonly bootId: string | null
  readonly superuser: boolean
  readonly settings: ReadonlyMap<string, ServerSetting>
  /** Text of postgresql.auto.conf, the last entry of a name. */
  readonly auto: ReadonlyMap<string, string>
  /** Errors that stop a reload of the configuration files. */
  readonly fileErrors: readonly string[]
  readonly overrides: readonly Override[]
  readonly standbys: number
  readonly slots: number
}

export async function readServer(session: ReservedSql): Promise<ServerState> {
  const [identity] = await session<
    Pick<ServerState, 'systemIdentifier' | 'dataDirectory' | 'version' | 'superuser' | 'standbys' | 'slots'>[]
  >`
    select (select system_identifier::text from pg_control_system()) as "systemIdentifier",
           current_setting('data_directory') as "dataDirectory",
           current_setting('server_version_num')::int as version,
           (select rolsuper from pg_roles where rolname = current_user) as superuser,
           (select count(*)::int from pg_stat_replication) as standbys,
           (select count(*)::int from pg_replication_slots) as slots`.catch(explainPrivilege)
  const settings = await readSettings(session)
  const files = await readFileSettings(session)
  return {
    ...identity!,
    bootId: identity!.superuser ? await serverFile(session, '/proc/sys/kernel/random/boot_id') : null,
    settings: new Map(settings.map((row) => [row.name.toLowerCase(), row])),
    auto: new Map(
      files.filter((f) => f.auto && f.name !== null).map((f) => [f.name!.toLowerCase(), f.setting ?? '']),
    ),
    // This text also marks a value that waits for a restart, which is no error.
    fileErrors: files.flatMap((f) =>
      f.error === null || f.error === 'setting could not be applied' ? [] : [`${f.place}: ${f.error}`],
    ),
    overrides: await readOverrides(session),
  }
}

export async function readSettings(session: ReservedSql): Promise<readonly ServerSetting[]> {
  return session<ServerSetting[]>`
    select name, setting, unit, vartype, context, min_val as min, max_val as max, enumvals, source, sourcefile,
           pending_restart as "pendingRestart"
      from pg_settings order by name`
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
      from pg_file_settings order by seqno`.catch(explainPrivilege)
}

async function readOverrides(session: ReservedSql): Promise<readonly Override[]> {
  return session<Override[]>`
    select lower(split_part(entry, '=', 1)) as name,
           concat_ws(' in ', 'role ' || quote_ident(r.rolname), 'database ' || quote_ident(d.datname)) as "where"
      from pg_db_role_setting s cross join unnest(s.setconfig) entry
           left join pg_roles r on r.oid = s.setrole left join pg_database d on d.oid = s.setdatabase
     order by 1, 2`
}

function explainPrivilege(error: unknown): never {
  if (errorCodeOf(error) !== SQLSTATE.INSUFFICIENT_PRIVILEGE) throw error
  throw new GigarowError('TUNING_NOT_ALLOWED', 'This user may not see the server’s configuration files.', {
    cause: error,
    hint: 'Connect as a superuser; a managed server that has none cannot be tuned this way.',
  })
}
