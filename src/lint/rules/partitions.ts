import { plainIdent, plainName } from '../../kernel/index.ts'
import { relationName } from '../../sql/index.ts'
import { madeName } from '../names.ts'
import { type AlterContext, alterRule, type Hit, rule } from '../rule.ts'
import { partitionOf, relationsOf } from '../tree.ts'
import type { KnownTable } from '../world.ts'

export const PARTITION_RULES = [
  rule('CreateStmt', (create, context) => {
    const [parentName] = relationsOf(create.inhRelations)
    if (create.partbound === undefined || parentName === undefined) return []
    const hits: Hit[] = []
    const parent = context.live(parentName)
    const name = plainName(relationName(create.relation))
    const isDefault = create.partbound.is_default === true
    if (isDefault) hits.push({ rule: 'default-partition', facts: { parent: plainName(parentName) } })
    if (parent === undefined) return hits
    const bound = boundText(context.statement.sql)
    const split =
      create.partspec === undefined
        ? ''
        : ` ${/\bPARTITION\s+BY\b[^;]*$/i.exec(context.statement.sql)?.[0] ?? ''}`
    const sql = `CREATE TABLE ${name} (LIKE ${plainName(parentName)} INCLUDING ALL EXCLUDING IDENTITY)${split};
ALTER TABLE ${plainName(parentName)} ATTACH PARTITION ${name} ${bound};`
    const other = isDefault ? undefined : parent.defaultPartition
    const facts = { parent: plainName(parentName), sql, ...defaultFact(other) }
    // The lock waits for readers whatever the size; only the scan of a default partition depends on it.
    hits.push({ rule: 'partition-of', facts, variant: other && 'default' })
    return hits
  }),

  alterRule('AT_AttachPartition', (cmd, context) => {
    const { table: parent, world } = context
    const command = partitionOf(cmd)
    const partition = world.table(relationName(command?.name))
    const isDefault = command?.bound?.is_default === true
    const facts = { parent: plainName(parent.name), partition: plainName(partition.name) }
    const hits: Hit[] = isDefault ? [{ rule: 'default-partition', facts }] : []
    if (partition.filled && !proven(partition, parent))
      hits.push({
        rule: 'attach-scans',
        facts: { ...facts, sql: proof(partition, context, { excluded: false }) },
        table: partition,
      })
    const other = isDefault ? undefined : parent.defaultPartition
    if (other !== undefined && other !== partition && !proven(other, parent))
      hits.push({
        rule: 'attach-scans',
        facts: { ...facts, ...defaultFact(other), sql: proof(other, context, { excluded: true }) },
        table: other,
        variant: 'default',
      })
    return hits
  }),

  alterRule('AT_DetachPartition', (cmd, { table: parent, statement }) => {
    const command = partitionOf(cmd)
    const other = parent.defaultPartition
    const facts = {
      parent: plainName(parent.name),
      partition: plainName(relationName(command?.name)),
      sql: `${statement.sql} CONCURRENTLY;`,
      ...defaultFact(other),
    }
    if (command?.concurrent === true)
      return other === undefined ? [] : [{ rule: 'detach-blocks', facts, variant: 'refused' }]
    return [{ rule: 'detach-blocks', facts, variant: other && 'default' }]
  }),
]

function defaultFact(table: KnownTable | undefined) {
  return table === undefined ? {} : { other: plainName(table.name) }
}

/** A valid check that speaks of the whole key: whether it says the right thing is for the server to find out. */
function proven(table: KnownTable, parent: KnownTable): boolean {
  return [...table.checks.values()].some(
    (check) => check.valid && parent.key.every((column) => check.columns.includes(column)),
  )
}

function boundText(sql: string): string {
  const values = /\bFOR\s+VALUES\b[\s\S]*?(?=\s+PARTITION\s+BY\b|\s+TABLESPACE\b|\s+USING\b|$)/i.exec(sql)
  return values?.[0] ?? 'DEFAULT'
}

interface Proof {
  /** The check is to say that no row is in the bound. */
  readonly excluded: boolean
}

function proof(table: KnownTable, { table: parent, statement }: AlterContext, { excluded }: Proof): string {
  const name = plainName(table.name)
  const constraint = plainIdent(madeName(table.name.name, excluded ? 'outside' : 'bound'))
  const condition = boundCondition(statement.sql, parent)
  const check = excluded ? `NOT (${condition})` : condition
  return `ALTER TABLE ${name} ADD CONSTRAINT ${constraint} CHECK (${check}) NOT VALID;
-- in the next migration:
ALTER TABLE ${name} VALIDATE CONSTRAINT ${constraint};
-- in the one after it, which then reads nothing:
${statement.sql};
ALTER TABLE ${name} DROP CONSTRAINT ${constraint};`
}

/** The bound as a condition, where it is one of a single column with plain values. */
function boundCondition(sql: string, { key }: KnownTable): string {
  const [column, ...others] = key
  if (column === undefined || others.length > 0) return '…the bound as a condition…'
  const c = plainIdent(column)
  const [, from, to] = /\bFROM\s*\(([^(),]*)\)\s*TO\s*\(([^(),]*)\)/i.exec(sql) ?? []
  if (from !== undefined && to !== undefined) {
    const lower = /^\s*MINVALUE\s*$/i.test(from) ? [] : [`${c} >= ${from.trim()}`]
    const upper = /^\s*MAXVALUE\s*$/i.test(to) ? [] : [`${c} < ${to.trim()}`]
    return [...lower, ...upper].join(' AND ') || `${c} IS NOT NULL`
  }
  const [, values] = /\bIN\s*\(([^()]*)\)\s*$/i.exec(sql) ?? []
  return values === undefined ? '…the bound as a condition…' : `${c} IN (${values.trim()})`
}
