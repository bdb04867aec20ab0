import type { LiveTable } from '../catalog/index.ts'
import type { AnySql } from '../db/index.ts'
import { displayName, qualified } from '../kernel/index.ts'
import type { Strip } from './strip.ts'

/** What is taken away for a load, and what there is to tell of the rest. */
export interface AllowedStrips {
  readonly strips: readonly Strip[]
  /** A sentence each. */
  readonly kept: readonly string[]
}

/**
 * What this role can take away and also bring back: who owns a table may drop its index, and yet not build it again without CREATE on
 * the schema. The rest stays during the load.
 */
export async function allowedStrips(
  sql: AnySql,
  tables: readonly LiveTable[],
  strips: readonly Strip[],
): Promise<AllowedStrips> {
  const problemOf = await readProblems(sql, strips)
  const problems = new Map<string, string>()
  for (const strip of strips) {
    const problem = problemOf(strip)
    if (problem !== undefined && !problems.has(strip.group)) problems.set(strip.group, problem)
  }
  const kept = strips.filter((strip) => strip.dropSql !== undefined && problems.has(strip.group))
  return {
    strips: strips.filter((strip) => !problems.has(strip.group)),
    kept: explain(tables, kept, (strip) => problems.get(strip.group)!),
  }
}

interface RelationRow {
  name: string
  owner: string
  owns: boolean
  schema: string
  creates: boolean
}

interface KeyRow {
  relation: string
  name: string
  parent: string
  allowed: boolean
}

async function readProblems(
  sql: AnySql,
  strips: readonly Strip[],
): Promise<(strip: Strip) => string | undefined> {
  const names = [...new Set(strips.map(({ table }) => table))]
  const relations = new Map((await sql.unsafe<RelationRow[]>(RELATIONS, [names])).map((r) => [r.name, r]))
  const keys = new Map(
    (await sql.unsafe<KeyRow[]>(KEYS, [names])).map((row) => [`${row.relation} ${row.name}`, row]),
  )
  const tablespaces = new Map(
    (
      await sql.unsafe<{ name: string; allowed: boolean }[]>(
        `select spcname::text as name, has_tablespace_privilege(oid, 'create') as allowed from pg_tablespace`,
      )
    ).map(({ name, allowed }) => [name, allowed]),
  )
  return ({ kind, table, name, tablespace }) => {
    const relation = relations.get(table)
    if (relation === undefined) return undefined
    if (!relation.owns) return `it belongs to ${relation.owner}`
    if (kind === 'setting') return undefined
    const key = keys.get(`${table} ${name}`)
    if (key !== undefined)
      return key.allowed ? undefined : `this role has no right REFERENCES on ${key.parent}, to bring it back`
    if (!relation.creates)
      return `this role has no right CREATE on schema ${relation.schema}, to build it again`
    return tablespace !== undefined && tablespaces.get(tablespace) === false
      ? `this role has no right CREATE on tablespace ${tablespace}, to build it again`
      : undefined
  }
}

/** As ident() writes names. */
const QUOTED = `format('"%s"."%s"', replace(n.nspname, '"', '""'), replace(c.relname, '"', '""'))`

const RELATIONS = `
  select ${QUOTED} as name, pg_get_userbyid(c.relowner)::text as owner, pg_has_role(c.relowner, 'usage') as owns,
         n.nspname::text as schema, has_schema_privilege(n.oid, 'create') as creates
    from pg_class c join pg_namespace n on n.oid = c.relnamespace
   where c.relkind in ('r', 'p') and ${QUOTED} = any ($1::text[])`

const KEYS = `
  select ${QUOTED} as relation, k.conname::text as name, p.relname::text as parent,
         has_table_privilege(p.oid, 'references') and has_schema_privilege(p.relnamespace, 'usage') as allowed
    from pg_constraint k join pg_class c on c.oid = k.conrelid join pg_namespace n on n.oid = c.relnamespace
    join pg_class p on p.oid = k.confrelid
   where k.contype = 'f' and ${QUOTED} = any ($1::text[])`

/** One sentence for a table and a reason. */
function explain(
  tables: readonly LiveTable[],
  kept: readonly Strip[],
  reasonOf: (strip: Strip) => string,
): string[] {
  const rootOf = new Map(
    tables.flatMap((live) =>
      [live, ...live.leaves, ...live.indexes.map((index) => index.table)].map(
        (relation) => [qualified(relation), displayName(live)] as const,
      ),
    ),
  )
  const groups = new Map<string, { names: Set<string>; table: string; reason: string }>()
  for (const strip of kept) {
    const table = rootOf.get(strip.table) ?? strip.table
    const reason = reasonOf(strip)
    const key = `${table}\n${reason}`
    const group = groups.get(key) ?? { names: new Set<string>(), table, reason }
    groups.set(key, group)
    group.names.add(strip.name)
  }
  return [...groups.values()].map(({ names, table, reason }) => {
    const listed = [...names].slice(0, MOST_NAMES)
    const more = names.size - listed.length
    const list = `${listed.join(', ')}${more > 0 ? ` and ${more} more` : ''}`
    const onlySetting = names.size === 1 && names.has('autovacuum_enabled')
    const slower = onlySetting ? '' : ', which will be slower'
    return `${list} of ${table} stay${names.size === 1 ? 's' : ''} during the load${slower}: ${reason}.`
  })
}

const MOST_NAMES = 8
