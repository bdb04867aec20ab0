import { literal } from '../../kernel/index.ts'
import type { Comment } from '../../model/index.ts'
import type { DiffContext, Rule } from '../rule.ts'
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

function commentOn({ on }: Comment, text: string | null, context: DiffContext): string {
  return `COMMENT ON ${commentTarget(on, context)} IS ${text === null ? 'NULL' : literal(text)}`
}
