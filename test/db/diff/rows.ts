import type { Sql } from '../../../src/db/index.ts'
import { ident, literal } from '../../../src/kernel/index.ts'
import type { Expectation } from './pair.ts'

/** A table that holds rows itself: a plain one or a leaf. */
interface Holder {
  readonly name: string
  readonly root: string
  /** Partitioned tables above it, and itself. */
  readonly above: readonly string[]
  readonly columns: readonly string[]
}

/** Tables that rows may move between, with what is compared of a row. */
interface Family {
  readonly members: ReadonlySet<string>
  readonly columns: readonly string[]
}

/** Rows and the sum of their hashes: the same wherever they are. */
interface Total {
  readonly rows: number
  readonly hash: bigint
}

const NOTHING: Total = { rows: 0, hash: 0n }

export interface RowGuard {
  /** What is lost or changed against the state in which the guard was made, in words; empty if nothing is. */
  readonly losses: () => Promise<readonly string[]>
  /** Tables without a row: they would prove nothing. */
  readonly empty: readonly string[]
  /** Tables and columns that go with what is in them. */
  readonly going: readonly string[]
}

/** Remembers every row of a database, over the columns that the state `other` has, too. */
export async function guardRows(sql: Sql, other: Sql, expected: Expectation): Promise<RowGuard> {
  const [holders, goals] = await Promise.all([readHolders(sql), readHolders(other)])
  const families = familiesOf(holders, goals, expected)
  const drops = new Set(expected.drops ?? [])
  const before = await totals(sql, holders, families)
  const expectedTotals = families.map(({ members }) =>
    sum(
      holders
        .filter(({ name, above }) => members.has(name) && !above.some((one) => drops.has(one)))
        .map(({ name }) => before.get(name)!),
    ),
  )
  return {
    empty: holders.map(({ name }) => name).filter((name) => before.get(name)!.rows === 0),
    going: expected.moves === undefined ? goingOf(holders, goals, drops) : [],
    losses: async () => {
      const now = await readHolders(sql)
      const after = await totals(sql, now, families)
      return families.flatMap(({ members }, at) => {
        const want = expectedTotals[at]!
        const got = sum(now.filter(({ name }) => members.has(name)).map(({ name }) => after.get(name)!))
        if (got.rows === want.rows && got.hash === want.hash) return []
        const what = got.rows === want.rows ? 'with other values' : `instead of ${want.rows}`
        return [`${[...members].join(', ')}: ${got.rows} rows ${what}`]
      })
    },
  }
}

function readHolders(sql: Sql): Promise<readonly Holder[]> {
  return sql.begin('read only', async (tx) => {
    await tx.unsafe(`set local search_path = ''`)
    return tx.unsafe<Holder[]>(`
      select c.oid::regclass::text as name, coalesce(pg_partition_root(c.oid), c.oid)::regclass::text as root,
             (select array_agg(relid::regclass::text) from pg_partition_ancestors(c.oid)) || array[c.oid::regclass::text] as above,
             array(select attname::text from pg_attribute where attrelid = c.oid and attnum > 0 and not attisdropped and attgenerated = '') as columns
        from pg_class c join pg_namespace n on n.oid = c.relnamespace
       where c.relkind = 'r' and n.nspname !~ '^pg_' and n.nspname not in ('information_schema', 'gigarow') order by 1`)
  })
}

/** A table and its root belong together, before and after: what is detached stays in the family. */
function familiesOf(
  before: readonly Holder[],
  after: readonly Holder[],
  { changes = [], moves = {} }: Expectation,
): readonly Family[] {
  const groups: Set<string>[] = []
  const ties = [...before, ...after].map(({ name, root }) => [name, root] as const)
  for (const [name, root] of [...ties, ...Object.entries(moves)]) {
    const touched = groups.filter((group) => group.has(name) || group.has(root))
    for (const group of touched) groups.splice(groups.indexOf(group), 1)
    groups.push(new Set([name, root, ...touched.flatMap((group) => [...group])]))
  }
  return groups.map((members) => {
    const lists = [...before, ...after].filter(({ name }) => members.has(name)).map(({ columns }) => columns)
    const common = (lists[0] ?? []).filter((column) => lists.every((list) => list.includes(column)))
    const stable = common.filter(
      (column) => ![...members].some((name) => changes.includes(`${name}.${column}`)),
    )
    return { members, columns: stable.sort() }
  })
}

async function totals(
  sql: Sql,
  holders: readonly Holder[],
  families: readonly Family[],
): Promise<ReadonlyMap<string, Total>> {
  const selects = holders.map(({ name }) => {
    const columns = families.find(({ members }) => members.has(name))?.columns ?? []
    const row = `row(${columns.map((column) => `${ident(column)}::text`).join(', ')})::text`
    return `select ${literal(name)} as name, count(*)::int as rows,
      coalesce(sum(('x' || left(md5(${row}), 14))::bit(56)::bigint), 0)::text as hash from only ${name}`
  })
  if (selects.length === 0) return new Map()
  const rows = await sql.unsafe<{ name: string; rows: number; hash: string }[]>(selects.join(' union all '))
  return new Map(rows.map(({ name, rows: count, hash }) => [name, { rows: count, hash: BigInt(hash) }]))
}

function sum(all: readonly Total[]): Total {
  return all.reduce((one, two) => ({ rows: one.rows + two.rows, hash: one.hash + two.hash }), NOTHING)
}

/** Of tables that the state `after` does not have only those whose rows nobody moves elsewhere. */
function goingOf(
  before: readonly Holder[],
  after: readonly Holder[],
  drops: ReadonlySet<string>,
): readonly string[] {
  const goal = new Map(after.map((holder) => [holder.name, new Set(holder.columns)]))
  return before.flatMap(({ name, above, columns }) => {
    const kept = goal.get(name)
    if (kept === undefined) return above.some((one) => drops.has(one)) ? [name] : []
    return columns.filter((column) => !kept.has(column)).map((c) => `${name}.${c}`)
  })
}

/** Sequences whose next number is one that their column already holds. */
export async function repeatingSequences(sql: Sql): Promise<readonly string[]> {
  const filled = await sql.unsafe<{ name: string; column: string; sequence: string; down: boolean }[]>(`
    select c.oid::regclass::text as name, a.attname as column, pg_get_serial_sequence(c.oid::regclass::text, a.attname) as sequence,
           (select seqincrement < 0 from pg_sequence where seqrelid = pg_get_serial_sequence(c.oid::regclass::text, a.attname)::regclass) as down
      from pg_class c join pg_namespace n on n.oid = c.relnamespace
      join pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
     where c.relkind in ('r', 'p') and not c.relispartition and n.nspname !~ '^pg_' and n.nspname <> 'information_schema'
       and (a.attidentity <> '' or exists (select from pg_attrdef d where d.adrelid = c.oid and d.adnum = a.attnum and pg_get_expr(adbin, adrelid) like 'nextval(%'))
       and pg_get_serial_sequence(c.oid::regclass::text, a.attname) is not null`)
  if (filled.length === 0) return []
  const checks = filled.map(
    ({ name, column, sequence, down }) =>
      `select ${literal(`${name}.${column}`)} as name where (select ${down ? 'min' : 'max'}(${ident(column)}) from ${name}) ${down ? '<=' : '>='}
        (select case when is_called then last_value ${down ? '-' : '+'} 1 else last_value end from ${sequence})`,
  )
  const rows = await sql.unsafe<{ name: string }[]>(checks.join(' union all '))
  return rows.map(({ name }) => name)
}
