import { randomBytes } from 'node:crypto'
import { type Database, errorCodeOf, SQLSTATE, type Target, withDatabase } from '../db/index.ts'
import { GigarowError, ident } from '../kernel/index.ts'
import { dropScratchRoles } from './replay.ts'

/** Where fresh, empty databases are had from: the embedded server, one that the user names, or the target's own. */
export interface ScratchServer {
  /** Roles that a source names and the server lacks may be made there for a while: it is nobody's production. */
  readonly makesRoles?: boolean
  /** A fresh empty database, dropped afterwards in every case. */
  withDatabase<T>(use: (db: Database) => Promise<T>): Promise<T>
}

/** The time of making stands in the name: what a killed run has left is told from what another one uses now. */
const NAME = /^gigarow_scratch_(\d{10})_[0-9a-f]{8}$/
const STALE_SECONDS = 600

/** Scratch databases on a server. The target's own database is only where CREATE DATABASE is sent to. */
export function scratchOn(
  server: Target,
  { makesRoles = false }: { readonly makesRoles?: boolean } = {},
): ScratchServer {
  return {
    makesRoles,
    withDatabase: (use) =>
      withDatabase(server, { doing: 'making a scratch database', max: 1 }, async (maintenance) => {
        await dropStale(maintenance)
        const name = await create(maintenance)
        try {
          const target = { ...server, database: name }
          return await withDatabase(target, { doing: 'working on a scratch database', max: 4 }, use)
        } finally {
          await drop(maintenance, name)
          if (makesRoles) await dropScratchRoles(maintenance.sql)
        }
      }),
  }
}

async function create(db: Database): Promise<string> {
  const [row] = await db.sql<{ second: string }[]>`
    select extract(epoch from clock_timestamp())::bigint::text as second`
  const name = `gigarow_scratch_${row!.second.padStart(10, '0')}_${randomBytes(4).toString('hex')}`
  try {
    await db.sql.unsafe(`create database ${ident(name)} template template0`)
  } catch (error) {
    throw errorCodeOf(error) === SQLSTATE.INSUFFICIENT_PRIVILEGE ? notAllowed(db, error) : error
  }
  // Nothing here has to survive a crash.
  await db.sql.unsafe(`alter database ${ident(name)} set synchronous_commit to off`)
  return name
}

function notAllowed({ target }: Database, cause: unknown): GigarowError {
  return new GigarowError('SCRATCH_UNUSABLE', `The user ${target.user} may not make a scratch database.`, {
    facts: { user: target.user, server: `${target.host}:${target.port}` },
    cause,
    hint: `ALTER ROLE ${ident(target.user)} CREATEDB allows it; or name another server of the same major version: --scratch-url postgresql://…`,
  })
}

async function drop({ sql }: Database, name: string): Promise<void> {
  await sql.unsafe(`drop database if exists ${ident(name)} with (force)`)
}

/** One that nobody is connected to and that is older than any run needs to connect. Another run may do the same. */
async function dropStale(db: Database): Promise<void> {
  const found = await db.sql<{ name: string; now: number }[]>`
    select datname as name, extract(epoch from clock_timestamp())::float8 as now
      from pg_database d
     where datname like 'gigarow\\_scratch\\_%' and pg_has_role(datdba, 'usage')
       and not exists (select from pg_stat_activity a where a.datid = d.oid)`
  for (const { name, now } of found) {
    const second = Number(NAME.exec(name)?.[1] ?? Number.NaN)
    if (now - second > STALE_SECONDS) {
      await db.sql.unsafe(`drop database if exists ${ident(name)}`).catch(() => {})
    }
  }
}
