import { ident } from '../../kernel/index.ts'
import { type Index, nameIn } from '../../model/index.ts'
import { locksOn } from '../label.ts'
import type { Action, DiffContext } from '../rule.ts'
import { parseIndex, splitOptions } from './index-text.ts'
import { splitList } from './scan.ts'
import { membersOf, tableIn } from './tree.ts'

/** What can be set on an index that is there: none of it reads the table, but for another tablespace. */
export function indexSettings(from: Index | undefined, to: Index, context: DiffContext): readonly Action[] {
  return [
    ...(from && to.parent === undefined ? renamed(from, to, context) : []),
    ...(from ? options(from, to, context) : []),
    ...(from ? tablespace(from, to, context) : []),
    ...statistics(from, to, context),
    ...clustered(from, to, context),
  ]
}

/** As it is called at the end of the plan; a partition's index keeps the name that it has. */
function nameOf(from: Index | undefined, to: Index): string {
  const { schema, name } = to.parent === undefined ? to.name : (from ?? to).name
  return ident(schema, name)
}

/** ALTER INDEX locks the index alone: reads and writes of the table go on. */
function alter(sql: string, to: Index, context: DiffContext): Action {
  const isOwn = sql.startsWith('ALTER INDEX ')
  return { sql, locks: isOwn ? [] : locksOn(context, to.table, 'SHARE UPDATE EXCLUSIVE') }
}

function renamed(from: Index, to: Index, context: DiffContext): readonly Action[] {
  if (from.name.name === to.name.name || to.constraint !== undefined) return []
  const { schema, name } = from.name
  return [alter(`ALTER INDEX ${ident(schema, name)} RENAME TO ${ident(to.name.name)}`, to, context)]
}

function parameters(index: Index): ReadonlyMap<string, string> {
  const { options } = splitOptions(parseIndex(index.definition).body)
  return new Map(
    splitList(options ?? '').map((option) => {
      const at = option.indexOf('=')
      return [option.slice(0, at).trim(), option.slice(at + 1).trim()] as const
    }),
  )
}

function options(from: Index, to: Index, context: DiffContext): readonly Action[] {
  const [a, b] = [parameters(from), parameters(to)]
  const rest = (index: Index) => splitOptions(parseIndex(index.definition).body).rest
  // What is built anew has them.
  if (tableIn(context.to, to.table)?.partitionKey !== undefined || rest(from) !== rest(to)) return []
  const set = [...b]
    .filter(([name, value]) => a.get(name) !== value)
    .map(([name, value]) => `${name} = ${value}`)
  const reset = [...a.keys()].filter((name) => !b.has(name))
  const index = `ALTER INDEX ${nameOf(from, to)}`
  return [
    ...(set.length > 0 ? [alter(`${index} SET (${set.join(', ')})`, to, context)] : []),
    ...(reset.length > 0 ? [alter(`${index} RESET (${reset.join(', ')})`, to, context)] : []),
  ]
}

function tablespace(from: Index, to: Index, context: DiffContext): readonly Action[] {
  const rest = (index: Index) => splitOptions(parseIndex(index.definition).body).rest
  if (from.tablespace === to.tablespace || rest(from) !== rest(to)) return []
  const target = ident(to.tablespace ?? 'pg_default')
  if (tableIn(context.to, to.table)?.partitionKey !== undefined)
    return [alter(`ALTER INDEX ${nameOf(from, to)} SET TABLESPACE ${target}`, to, context)]
  const sql = `REINDEX (TABLESPACE ${target}) INDEX CONCURRENTLY ${nameOf(from, to)}`
  return [{ ...alter(sql, to, context), runs: 'alone', scans: true }]
}

const SERVERS_CHOICE = -1

function statistics(from: Index | undefined, to: Index, context: DiffContext): readonly Action[] {
  const before = from?.statistics ?? {}
  const columns = new Set([...Object.keys(before), ...Object.keys(to.statistics)])
  return [...columns].flatMap((column) => {
    const value = to.statistics[column] ?? SERVERS_CHOICE
    if (value === (before[column] ?? SERVERS_CHOICE)) return []
    return [
      alter(`ALTER INDEX ${nameOf(from, to)} ALTER COLUMN ${column} SET STATISTICS ${value}`, to, context),
    ]
  })
}

/** REPLICA IDENTITY goes with its index, and without it rows cannot be changed where the table is published. */
export function identityAgain(to: Index, context: DiffContext, name = to.name.name): readonly Action[] {
  const [before, after] = [context.from, context.to].map(
    (catalog) => tableIn(catalog, to.table)?.replicaIdentity,
  )
  if (typeof after !== 'object' || typeof before !== 'object') return []
  if (after.index !== to.name.name || before.index !== after.index) return []
  const sql = `ALTER TABLE ${nameIn(to.table)} REPLICA IDENTITY USING INDEX ${ident(name)}`
  return [{ sql, locks: locksOn(context, to.table, 'ACCESS EXCLUSIVE') }]
}

/** The mark for a later CLUSTER; of a table one index has it. */
function clustered(from: Index | undefined, to: Index, context: DiffContext): readonly Action[] {
  if ((from?.clustered ?? false) === to.clustered) return []
  const kind = to.table.startsWith('matview ') ? 'MATERIALIZED VIEW' : 'TABLE'
  const table = `ALTER ${kind} ${nameIn(to.table)}`
  if (to.clustered) {
    const name = to.parent === undefined ? to.name.name : (from ?? to).name.name
    return [alter(`${table} CLUSTER ON ${ident(name)}`, to, context)]
  }
  const others = membersOf(context.to, to.table).indexes.some((index) => index.clustered)
  return others ? [] : [alter(`${table} SET WITHOUT CLUSTER`, to, context)]
}
