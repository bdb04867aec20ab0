import { literal } from '../../kernel/index.ts'
import { annotationKey, type Comment, type ObjectKey } from '../../model/index.ts'
import type { Action, DiffContext, Rule } from '../rule.ts'
import { commentTarget } from './target.ts'

export const commentRule: Rule<Comment> = {
  create(comment, context) {
    return [
      {
        sql: commentOn(comment, comment.text, context),
        makes: [comment.key],
        reverse: { sql: [commentOn(comment, null, context)] },
      },
    ]
  },

  drop(comment, context) {
    return [
      {
        sql: commentOn(comment, null, context),
        drops: [comment.key],
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

function commentOn({ on }: Comment, text: string | null, context: DiffContext): string {
  return `COMMENT ON ${commentTarget(on, context)} IS ${text === null ? 'NULL' : literal(text)}`
}
