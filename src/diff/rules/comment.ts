import { literal } from '../../kernel/index.ts'
import type { Comment } from '../../model/index.ts'
import type { Rule } from '../rule.ts'

export const commentRule: Rule<Comment> = {
  create: (it) => [{ sql: `COMMENT ON ${it.on} IS ${literal(it.text)}` }],
  drop: (it) => [{ sql: `COMMENT ON ${it.on} IS NULL` }],
  alter: () => 'replace',
}
