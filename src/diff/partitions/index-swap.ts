import { ident } from '../../kernel/index.ts'
import type { Index } from '../../model/index.ts'
import { locksOn } from '../label.ts'
import type { Action, DiffContext } from '../rule.ts'
import { commentAgain } from '../rules/comment.ts'
import { buildConcurrently, buildTree, isReady, leftIndexOf, whyRebuilt } from './index-build.ts'
import { indexSettings } from './index-settings.ts'
import { treeLocks } from './locks.ts'
import { isGiven, namesOf } from './names.ts'
import { tableIn } from './tree.ts'

/** Another definition under the same name: the new one is built beside the old one, then they swap names. */
export function swapIndex(from: Index, to: Index, context: DiffContext): readonly Action[] {
  const { schema, name } = to.name
  const names = namesOf(context)
  const left = leftBeside(to, context)
  const next = left?.name.name ?? names.give({ schema, name: `${name}_new` })
  const old = names.give({ schema, name: `${name}_old` })
  const table = tableIn(context.to, to.table)
  const isTree = table?.partitionKey !== undefined
  const build = isTree
    ? buildTree({ index: to, name: next, isNew: false, left }, context)
    : left === undefined
      ? [buildConcurrently({ index: to, name: next, table: to.table, makes: [] }, context)]
      : []
  const locks = locksOn(context, to.table, 'SHARE UPDATE EXCLUSIVE')
  const rename = (a: string, b: string): Action => ({
    // Locks the index alone: reads and writes of the table go on.
    sql: `ALTER INDEX ${ident(schema, a)} RENAME TO ${ident(b)}`,
    reverse: { sql: [`ALTER INDEX ${ident(schema, b)} RENAME TO ${ident(a)}`] },
  })
  return isReady(to, [
    ...build.map((action, i) => (i === 0 ? { ...action, comment: whyRebuilt(to) } : action)),
    { ...rename(from.name.name, old), covers: left === undefined ? [] : [left.key] },
    { ...rename(next, name), together: true },
    ...commentAgain(to.key, context),
    {
      ...(isTree
        ? {
            sql: `DROP INDEX ${ident(schema, old)}`,
            locks: treeLocks(table, context),
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

/** A run that was interrupted has built it, or begun to. */
function leftBeside(to: Index, context: DiffContext): Index | undefined {
  const left = leftIndexOf(to, to.table, context)
  const { schema, name } = to.name
  const isOurs = left?.name.schema === schema && isGiven(left.name.name, `${name}_new`)
  return isOurs && isSound(left, context) ? left : undefined
}

/** What is attached and invalid does not become valid any more. */
function isSound({ key, valid }: Index, context: DiffContext): boolean {
  if (valid) return true
  return [...context.from.objects.values()].every((part) => {
    if (part.kind !== 'index' || part.parent !== key) return true
    const isTree = tableIn(context.from, part.table)?.partitionKey !== undefined
    return isTree ? isSound(part, context) : part.valid
  })
}
