import { type Database, errorCodeOf, inTransaction, SQLSTATE, withAdvisoryLock } from '../db/index.ts'
import { GigarowError, ident } from '../kernel/index.ts'
import { STORE_FILES } from './sql.generated.ts'

/**
 * Brings gigarow's own tables in the database to this version: every missing numbered file, each in one transaction
 * with its row in store_version. Safe to call at once from many processes. Throws STORE_TOO_NEW.
 */
export async function ensureStore(db: Database): Promise<void> {
  const newest = STORE_FILES.at(-1)!.version
  const installed = await installedVersion(db).catch((error: unknown) => {
    throw errorCodeOf(error) === SQLSTATE.INSUFFICIENT_PRIVILEGE ? notUsable(db, error) : error
  })
  if (installed === newest) return
  if (installed > newest) throw tooNew(installed, newest)
  await withAdvisoryLock(db, { lock: 'store' }, async (session) => {
    // Somebody else may have installed it while we waited.
    const now = await installedVersion(db)
    for (const file of STORE_FILES.filter((f) => f.version > now)) {
      await inTransaction(session, async () => {
        await session.unsafe(file.sql).simple()
        await session`insert into gigarow.store_version (version) values (${file.version})`
      }).catch((error: unknown) => {
        throw errorCodeOf(error) === SQLSTATE.INSUFFICIENT_PRIVILEGE ? notAllowed(db, error) : error
      })
    }
  })
}

/** 0 when the store is not there. */
async function installedVersion(db: Pick<Database, 'sql'>): Promise<number> {
  const [there] = await db.sql<
    { there: boolean }[]
  >`select to_regclass('gigarow.store_version') is not null as there`
  if (!there!.there) return 0
  const [row] = await db.sql<
    { version: number }[]
  >`select coalesce(max(version), 0)::int as version from gigarow.store_version`
  return row!.version
}

function notAllowed({ target }: Database, cause: unknown): GigarowError {
  const { user, database } = target
  const reason = cause instanceof Error ? cause.message : String(cause)
  return new GigarowError(
    'DB_NOT_ALLOWED',
    `The user ${user} may not make or change the schema gigarow, in which gigarow writes down what it has done: ${reason}.`,
    {
      facts: { user, database, reason },
      cause,
      hint: `Nothing was changed. Have it allowed: GRANT CREATE ON DATABASE ${ident(database)} TO ${ident(user)}; or connect as the owner of the schema.`,
    },
  )
}

/** Another role's load has made it. */
function notUsable({ target }: Database, cause: unknown): GigarowError {
  const { user, database } = target
  const reason = cause instanceof Error ? cause.message : String(cause)
  const to = `TO ${ident(user)};`
  return new GigarowError(
    'DB_NOT_ALLOWED',
    `The user ${user} may not use the schema gigarow, in which gigarow writes down what it has done: ${reason}.`,
    {
      facts: { user, database, reason },
      cause,
      hint: `Nothing was changed. Have it allowed: GRANT USAGE ON SCHEMA gigarow ${to} GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA gigarow ${to}`,
    },
  )
}

function tooNew(installed: number, newest: number): GigarowError {
  return new GigarowError(
    'STORE_TOO_NEW',
    `gigarow's tables in this database are of version ${installed}; this gigarow knows ${newest}.`,
    {
      facts: { installed, newest },
      hint: 'Upgrade gigarow: npm install gigarow@latest.',
    },
  )
}
