import type { QualifiedName } from '../../kernel/index.ts'
import { plainIdent, plainName } from '../../kernel/index.ts'
import { classify, droppedObjects, relationName } from '../../sql/index.ts'
import { madeName } from '../names.ts'
import { type Context, everyStatement, type Hit, rule } from '../rule.ts'
import { find, hasOption, type Node } from '../tree.ts'
import { type KnownTable, leavesOf } from '../world.ts'

const HEAD = /^create\s+(unique\s+)?index\s+(concurrently\s+)?(if\s+not\s+exists\s+)?/i

export const INDEX_RULES = [
  rule('IndexStmt', (index, context) => {
    const table = context.live(relationName(index.relation))
    if (table === undefined) return []
    const facts = { table: plainName(table.name), index: index.idxname ?? 'of that name' }
    const { sql } = context.statement
    const concurrently = sql.replace(HEAD, (_, unique = '') => `CREATE ${unique}INDEX CONCURRENTLY `)
    const hits: Hit[] = []
    const only = index.relation?.inh !== true
    if (table.partitioned && !only) {
      const variant = index.concurrent === true ? 'concurrently' : undefined
      const recipe = { ...facts, sql: leafRecipe(index, table, sql) }
      hits.push({ rule: 'index-on-partitioned', facts: recipe, table: variant ? undefined : table, variant })
    } else if (index.concurrent !== true && !table.partitioned) {
      hits.push({ rule: 'index-blocks-writes', facts: { ...facts, sql: `${concurrently};` }, table })
    } else if (index.concurrent === true && index.if_not_exists === true) {
      hits.push({ rule: 'index-if-not-exists', facts: { ...facts, sql: `${concurrently};` } })
    }
    const width = index.indexParams?.length ?? 0
    if (width > 3 && index.unique !== true)
      hits.push({ rule: 'wide-index', facts: { ...facts, name: String(width) } })
    return hits
  }),

  rule('DropStmt', (drop, context) => {
    const { world, statement } = context
    return droppedObjects({ DropStmt: drop }, 'OBJECT_INDEX').flatMap((index): Hit[] => {
      const table = world.tableOfIndex(index)
      if (table?.fresh === true) return []
      const sql = `${statement.sql.replace(/^drop\s+index\s+/i, 'DROP INDEX CONCURRENTLY ')};`
      const facts = { index: plainName(index), sql }
      const partitioned = table?.partitioned === true
      if (drop.concurrent === true && !partitioned) return []
      return [{ rule: 'index-drop-blocks', facts, table, variant: partitioned ? 'partitioned' : undefined }]
    })
  }),

  rule('ReindexStmt', (reindex, context) => {
    if (hasOption(reindex.params, 'concurrently')) return []
    const name = relationName(reindex.relation)
    const table = reindexed(reindex, name, context)
    if (table?.fresh === true) return []
    const sql = context.statement.sql.replace(
      /^reindex\s+(\([^)]*\)\s*)?(index|table|schema|database|system)\s*/i,
      (_, options = '', kind: string) => `REINDEX ${options}${kind.toUpperCase()} CONCURRENTLY `,
    )
    const what = reindex.relation === undefined ? plainIdent(reindex.name || 'the database') : plainName(name)
    return [{ rule: 'reindex-blocks', facts: { name: what, sql: `${sql};` }, table }]
  }),

  everyStatement((node, { statement }) =>
    statement.inBlock && classify(node) === 'alone' && !('AlterEnumStmt' in node)
      ? [{ rule: 'concurrently-in-transaction', facts: {} }]
      : [],
  ),
]

function reindexed({ kind }: Node<'ReindexStmt'>, name: QualifiedName, { world }: Context) {
  if (kind === 'REINDEX_OBJECT_INDEX') return world.tableOfIndex(name)
  return kind === 'REINDEX_OBJECT_TABLE' ? world.table(name) : undefined
}

/** ON ONLY the parent, each leaf concurrently, attached one after the other: with the real names where they are known. */
function leafRecipe(index: Node<'IndexStmt'>, table: KnownTable, sql: string): string {
  const columns = find(index.indexParams, 'IndexElem').map((element) => element.name ?? 'expr')
  const base = columns.length > 0 ? columns.join('_') : 'idx'
  const name = index.idxname ?? madeName(`${table.name.name}_${base}`, 'idx')
  const parent = plainName({ schema: table.name.schema, name })
  const unique = index.unique === true ? 'UNIQUE ' : ''
  // What follows ON table: USING, columns, WITH …
  const rest =
    /\bON\s+(?:ONLY\s+)?(?:"(?:[^"]|"")+"|[\w$]+)(?:\.(?:"(?:[^"]|"")+"|[\w$]+))?\s*([\s\S]*)$/i.exec(
      sql,
    )?.[1] ?? '…'
  const leaves = leavesOf(table).filter((leaf) => leaf !== table)
  const forLeaf = (leaf: string, leafIndex: string) => [
    `CREATE ${unique}INDEX CONCURRENTLY ${plainIdent(leafIndex)} ON ${leaf} ${rest};`,
  ]
  const steps =
    leaves.length === 0
      ? [
          '-- for each partition:',
          ...forLeaf('…', madeName('…', base)),
          `ALTER INDEX ${parent} ATTACH PARTITION …;`,
        ]
      : leaves.flatMap((leaf) => {
          const leafIndex = madeName(leaf.name.name, `${base}_idx`)
          const attached = plainName({ schema: leaf.name.schema, name: leafIndex })
          return [
            ...forLeaf(plainName(leaf.name), leafIndex),
            `ALTER INDEX ${parent} ATTACH PARTITION ${attached};`,
          ]
        })
  const nested = leaves.some((leaf) => leaf.parent !== table)
    ? [`-- partitions that are partitioned themselves need an index ON ONLY of their own between the two`]
    : []
  const head = `CREATE ${unique}INDEX ${plainIdent(name)} ON ONLY ${plainName(table.name)} ${rest};`
  return [head, ...nested, ...abridged(steps)].join('\n')
}

const SHOWN = 12

/** A table with hundreds of partitions: the first ones show how it goes on. */
function abridged(steps: readonly string[]): readonly string[] {
  if (steps.length <= SHOWN) return steps
  return [...steps.slice(0, SHOWN), `-- … and so on for ${(steps.length - SHOWN) / 2} more partitions`]
}
