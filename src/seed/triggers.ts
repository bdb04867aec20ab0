import type { AnySql } from '../db/index.ts'
import { displayName, formatCount, ident, literal, type QualifiedName, qualified } from '../kernel/index.ts'
import type { LoadTable } from './preflight.ts'
import { STAGE, type Strip, TRIGGER } from './strip.ts'

/** A trigger that fires for each row that is loaded, on the table or one of its partitions. */
export interface RowTrigger extends QualifiedName {
  readonly trigger: string
  /** What it calls. */
  readonly routine: string
  /** pg_trigger.tgenabled: O or A where it fires. */
  readonly enabled: string
  /** Of the same trigger on partitions, where it is not as here. */
  readonly others: readonly (QualifiedName & { readonly enabled: string })[]
  /** Whether this role may turn it off. */
  readonly owned: boolean
  /** Rows that the load puts into its table. */
  readonly rows: number
}

interface Row {
  readonly root: string
  readonly schema: string
  readonly name: string
  readonly trigger: string
  readonly routine: string
  readonly enabled: string
  readonly owned: boolean
  readonly id: string
  readonly parent: string
}

/** Those that are on; one on a partitioned table counts once, unless it is on for some of the partitions alone. */
export async function readRowTriggers(sql: AnySql, tables: readonly LoadTable[]): Promise<RowTrigger[]> {
  const all = await sql.unsafe<Row[]>(ROW_TRIGGERS, [tables.map(({ live }) => live.oid)])
  const fires = ({ enabled }: Row) => enabled === 'O' || enabled === 'A'
  const childrenOf = (row: Row): Row[] =>
    all.filter(({ parent }) => parent === row.id).flatMap((child) => [child, ...childrenOf(child)])
  const covered = new Set<string>()
  // Parents come first.
  return all.filter(fires).flatMap((row) => {
    if (covered.has(row.id)) return []
    const children = childrenOf(row)
    for (const child of children) covered.add(child.id)
    const rows = tables.find(({ live }) => live.oid === row.root)!.plan.rows
    return [{ ...row, rows, others: children.filter(({ enabled }) => enabled !== row.enabled) }]
  })
}

/** tgtype: 1 is FOR EACH ROW, 4 is INSERT. Copies on partitions count as internal before 15, as keys' triggers do. */
const ROW_TRIGGERS = `
  select r.root::int8::text as root, n.nspname::text as schema, c.relname::text as name, g.tgname::text as trigger,
         format('%I.%I', pn.nspname, p.proname) as routine, g.tgenabled::text as enabled, pg_has_role(c.relowner, 'usage') as owned, g.oid::int8::text as id, g.tgparentid::int8::text as parent
    from unnest($1::text[]::int8[]::oid[]) as r (root)
   cross join lateral (select r.root as relid, 0 as level
                       union select relid, level from pg_partition_tree(r.root::regclass) where level > 0) t
    join pg_trigger g on g.tgrelid = t.relid and g.tgtype & 5 = 5 and (not g.tgisinternal or g.tgparentid <> 0)
    join pg_class c on c.oid = g.tgrelid join pg_namespace n on n.oid = c.relnamespace
    join pg_proc p on p.oid = g.tgfoid join pg_namespace pn on pn.oid = p.pronamespace
   where not (pn.nspname = 'pg_catalog' and p.proname ~ '^(RI_FKey_|unique_key_recheck)')
   order by t.level, n.nspname, c.relname, g.tgname`

/** What there is to tell before a load. */
export function explainTriggers(
  triggers: readonly RowTrigger[],
  { without }: { without: boolean },
): string[] {
  return triggers.map((trigger) => {
    const name = `Trigger ${trigger.trigger} of ${displayName(trigger)}`
    if (without && !trigger.owned)
      return `${name} fires for each row, ${formatCount(trigger.rows)} times (${trigger.routine}): only the owner of the table has it off during a load.`
    return without
      ? `${name} is off during the load: ${trigger.routine} does not hear of its rows.`
      : `${name} fires for each row, ${formatCount(trigger.rows)} times (${trigger.routine}); --without-triggers has it off during the load.`
  })
}

const HOW: Readonly<Record<string, string>> = {
  O: 'enable',
  A: 'enable always',
  R: 'enable replica',
  D: 'disable',
}

function ifThere(statement: string): string {
  return `do ${literal(`begin ${statement}; exception when undefined_object or undefined_table then null; end`)}`
}

/** Triggers as they were, also where only some partitions have them on. A trigger that somebody dropped meanwhile stays dropped. */
export function stripTriggers(triggers: readonly RowTrigger[]): Strip[] {
  const mine = triggers.filter(({ owned }) => owned)
  return mine.map(({ trigger, others, enabled, ...table }) => {
    const set = (how: string | undefined, at: QualifiedName, only = '') =>
      `alter table ${only}${qualified(at)} ${how} trigger ${ident(trigger)}`
    const back = [
      set(HOW[enabled], table),
      // What is said of a partitioned table reaches its partitions.
      ...others.map((other) => set(HOW[other.enabled], other, 'only ')),
    ]
    return {
      kind: 'setting',
      table: qualified(table),
      name: `${TRIGGER}${trigger}`,
      group: `${qualified(table)} ${TRIGGER}${trigger}`,
      dropSql: set('disable', table),
      // A block for each: a partition that is gone must not keep the others off.
      rebuildSql: back.map(ifThere),
      stage: STAGE.setting,
      definition: undefined,
      tablespace: undefined,
    }
  })
}
