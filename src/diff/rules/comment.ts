import { literal } from '../../kernel/index.ts'
import { annotationKey, type Comment, kindIn, type ObjectKey, type ObjectKind } from '../../model/index.ts'
import { locksOn } from '../label.ts'
import { annotated } from '../needs.ts'
import type { Lock } from '../plan.ts'
import type { Action, DiffContext, Rule } from '../rule.ts'
import { commentTarget } from './target.ts'

const LOCKED: ReadonlySet<ObjectKind> = new Set(['table', 'view', 'matview'])

export const commentRule: Rule<Comment> = {
  create(comment, context) {
    return [
      {
        sql: commentOn(comment, comment.text, context),
        makes: [comment.key],
        locks: locksOf(comment.on, context),
        reverse: { sql: [commentOn(comment, null, context)] },
      },
    ]
  },

  drop(comment, context) {
    return [
      {
        sql: commentOn(comment, null, context),
        drops: [comment.key],
        locks: locksOf(comment.on, context),
        reverse: { sql: [commentOn(comment, comment.text, context)] },
      },
    ]
  },

  alter(from, to, context) {
    if (from.text === to.text) return []
    return [
      {
        sql: commentOn(to, to.text, context),
        makes: [to.key],
        locks: locksOf(to.on, context),
        reverse: { sql: [commentOn(from, from.text, context)] },
      },
    ]
  },
}

/** After what it is on was dropped and made within one call. */
export function commentAgain(
  on: ObjectKey,
  context: DiffContext,
  target: string = commentTarget(on, context),
): readonly Action[] {
  const key = annotationKey('comment', on)
  const comment = context.to.objects.get(key)
  if (comment?.kind !== 'comment') return []
  const sql = `COMMENT ON ${target} IS ${literal(comment.text)}`
  return [{ sql, makes: [key], covers: [key], together: true }]
}

/** On tables, views and their columns. */
function locksOf(on: ObjectKey, context: DiffContext): readonly Lock[] {
  const catalog = context.from.objects.has(on) ? context.from : context.to
  return annotated(on, catalog).flatMap((key) => {
    const object = catalog.objects.get(key)
    const relation = object?.kind === 'column' ? object.table : key
    return LOCKED.has(kindIn(relation)) ? locksOn(context, relation, 'SHARE UPDATE EXCLUSIVE') : []
  })
}

function commentOn({ on }: Comment, text: string | null, context: DiffContext): string {
  return `COMMENT ON ${commentTarget(on, context)} IS ${text === null ? 'NULL' : literal(text)}`
}
