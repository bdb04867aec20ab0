import { ident } from '../../kernel/index.ts'
import type { Index } from '../../model/index.ts'
import { locksOn } from '../label.ts'
import type { Action, DiffContext } from '../rule.ts'
import { commentAgain } from '../rules/comment.ts'
import { buildConcurrently, buildTree, isReady, whyRebuilt } from './index-build.ts'
import { indexSettings } from './index-settings.ts'
import { namesOf } from './names.ts'
import { descendantsOf, tableIn } from './tree.ts'

/** Another definition under the same name: the new one is built beside the old one, then they swap names. */
export function swapIndex(from: Index, to: Index, context: DiffContext): readonly Action[] {
  const { schema, name } = to.name
  const names = namesOf(context)
  const next = names.give({ schema, name: `${name}_new` })
  const old = names.give({ schema, name: `${name}_old` })
  const table = tableIn(context.to, to.table)
  const isTree = table?.partitionKey !== undefined
  const build = isTree
    ? buildTree({ index: to, name: next, isNew: false }, context)
    : [buildConcurrently({ index: to, name: next, table: to.table, makes: [] }, context)]
  const locks = locksOn(context, to.table, 'SHARE UPDATE EXCLUSIVE')
  const rename = (a: string, b: string): Action => ({
    // Locks the index alone: reads and writes of the table go on.
    sql: `ALTER INDEX ${ident(schema, a)} RENAME TO ${ident(b)}`,
    reverse: { sql: [`ALTER INDEX ${ident(schema, b)} RENAME TO ${ident(a)}`] },
  })
  return isReady(to, [
    ...build.map((action, i) => (i === 0 ? { ...action, comment: whyRebuilt(to) } : action)),
    rename(from.name.name, old),
    { ...rename(next, name), together: true },
    ...commentAgain(to.key, context),
    {
      ...(isTree
        ? {
            sql: `DROP INDEX ${ident(schema, old)}`,
            locks: [table, ...descendantsOf(context.from, table.key)].flatMap(({ key }) =>
              locksOn(context, key, 'ACCESS EXCLUSIVE'),
            ),
          }
        : {
            sql: `DROP INDEX CONCURRENTLY ${ident(schema, old)}`,
            runs: 'alone' as const,
            scans: true,
            locks,
          }),
      reverse: { none: 'it was of the old definition: compare the two states the other way round' },
    },
    ...(isTree ? [] : indexSettings(undefined, to, context)),
  ])
}
