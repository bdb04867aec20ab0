import type { Database } from '../db/index.ts'
import { type QualifiedName, qualified } from '../kernel/index.ts'
import {
  addIntervals,
  type CalendarInterval,
  type Catalog,
  createLeafSql,
  objectKey,
  parseInterval,
  type Table,
  tiles,
} from '../model/index.ts'

/** timePartitions() of a table, as it was declared. */
export interface PolicyOf {
  readonly table: QualifiedName
  readonly every: string
  readonly from: string
  readonly to?: string
  readonly premake?: number
  readonly retain?: string
}

export interface Span {
  /** Milliseconds since 1970. */
  readonly from: number
  /** Exclusive. */
  readonly to: number
}

const DEFAULT_PREMAKE = 4

/** The time that a partition's bound holds; undefined for DEFAULT, and where a bound is open or no time. */
export function spanOf(bound: string): Span | undefined {
  const match = /^FOR VALUES FROM \('([^']+)'\) TO \('([^']+)'\)$/.exec(bound)
  if (!match) return undefined
  const [from, to] = [instant(match[1]!), instant(match[2]!)]
  return Number.isNaN(from) || Number.isNaN(to) ? undefined : { from, to }
}

/** Text without a zone is UTC, as in declarations; our sessions print bounds in UTC, too. */
function instant(text: string): number {
  const iso = text.replace(' ', 'T')
  if (text.length === 10) return Date.parse(`${iso}T00:00:00Z`)
  const zoned = /(Z|[+-]\d\d(:?\d\d)?)$/.test(iso.slice(10))
  return Date.parse(zoned ? iso.replace(/([+-]\d\d)$/, '$1:00') : `${iso}Z`)
}

/** Whether the policy makes, or has made, a partition of exactly this time. */
export function isOfPolicy(policy: PolicyOf, span: Span | undefined): boolean {
  const interval = parseInterval(policy.every)
  const first = instant(policy.from)
  if (span === undefined || interval === undefined || span.from < first) return false
  if (policy.to !== undefined && span.to > instant(policy.to)) return false
  return tiles(first, span.to, interval).some((tile) => tile.from === span.from && tile.to === span.to)
}

/** Until when there have to be partitions at `now`. */
export function premadeUntil(policy: PolicyOf, now: number): number {
  if (policy.to !== undefined) return instant(policy.to)
  const interval = parseInterval(policy.every)!
  const first = instant(policy.from)
  const current = tiles(first, Math.max(now, first) + 1, interval).length
  return addIntervals(first, interval, current + (policy.premake ?? DEFAULT_PREMAKE))
}

/** Rows older than this may be gone; -Infinity where they are kept for ever. */
function keptSince({ retain }: PolicyOf, now: number): number {
  const interval = retain === undefined ? undefined : parseInterval(retain)
  return interval === undefined ? Number.NEGATIVE_INFINITY : backwards(now, interval)
}

function backwards(now: number, { count, unit }: CalendarInterval): number {
  if (unit !== 'month' && unit !== 'year') return addIntervals(now, { count, unit }, -1)
  const date = new Date(now)
  date.setUTCMonth(date.getUTCMonth() - count * (unit === 'year' ? 12 : 1))
  return date.getTime()
}

export interface LeafOf {
  readonly name: QualifiedName
  readonly bound: string
}

export function leavesOf({ objects }: Catalog, table: QualifiedName): readonly LeafOf[] {
  const parent = objectKey('table', table)
  return [...objects.values()]
    .filter((o): o is Table => o.kind === 'table' && o.partitionOf?.parent === parent)
    .map(({ name, partitionOf }) => ({ name, bound: partitionOf!.bound }))
}

export interface AdjustOptions {
  readonly policies: readonly PolicyOf[]
  /** The state that the scratch database is compared with. */
  readonly other: Catalog
  readonly now: number
  /** Partitions ahead of those of the other state: make stands for "they are to be made", leave for "time makes them". */
  readonly ahead: 'make' | 'leave'
}

/**
 * The partitions of a policy come and go with time: those that the other state has are made on the scratch database as
 * well, those that it has no more are dropped there. What is left over is a difference.
 */
export async function adjustLeaves(
  db: Database,
  { policies, other, now, ahead }: AdjustOptions,
): Promise<void> {
  for (const policy of policies) {
    const own = await readLeaves(db, policy.table)
    const theirs = leavesOf(other, policy.table)
    if (theirs.length === 0) continue
    const end = Math.max(...theirs.map(({ bound }) => spanOf(bound)?.to ?? Number.NEGATIVE_INFINITY))
    const gone = own.filter(({ name, bound }) => {
      const span = spanOf(bound)
      if (span === undefined || has(theirs, name)) return false
      // One with an end has all its partitions from the first day on.
      const comesWithTime = ahead === 'leave' && policy.to === undefined
      return span.to <= keptSince(policy, now) || (comesWithTime && span.from >= end)
    })
    for (const { name } of gone) await db.sql.unsafe(`drop table ${qualified(name)}`)
    const made = theirs.filter(({ name, bound }) => !has(own, name) && isOfPolicy(policy, spanOf(bound)))
    for (const { name, bound } of made) {
      if (name.schema !== policy.table.schema) continue
      const sql = leafSql(other, policy.table, { name, bound })
      // Where one of another name holds the same time, that is a difference.
      await db.sql.unsafe(sql.join(';\n')).catch(() => {})
    }
  }
}

/** A partition as the catalog has it, with those below it. */
function leafSql(catalog: Catalog, parent: QualifiedName, { name, bound }: LeafOf): readonly string[] {
  const table = catalog.objects.get(objectKey('table', name))
  const key = table?.kind === 'table' ? table.partitionKey : undefined
  return [
    createLeafSql({ parent, name: name.name, bound, ...(key === undefined ? {} : { partitionBy: key }) }),
    ...leavesOf(catalog, name).flatMap((leaf) => leafSql(catalog, name, leaf)),
  ]
}

function has(leaves: readonly LeafOf[], { schema, name }: QualifiedName): boolean {
  return leaves.some((leaf) => leaf.name.schema === schema && leaf.name.name === name)
}

async function readLeaves({ sql }: Database, table: QualifiedName): Promise<readonly LeafOf[]> {
  const rows = await sql<{ schema: string; name: string; bound: string }[]>`
    select n.nspname as schema, c.relname as name, pg_get_expr(c.relpartbound, c.oid) as bound
      from pg_inherits i join pg_class c on c.oid = i.inhrelid join pg_namespace n on n.oid = c.relnamespace
     where i.inhparent = to_regclass(${qualified(table)})`
  return rows.map(({ schema, name, bound }) => ({ name: { schema, name }, bound }))
}
