import { ident } from '../../kernel/index.ts'
import type { Rule as RewriteRule } from '../../model/index.ts'
import { locksOn } from '../label.ts'
import type { DiffContext, Rule } from '../rule.ts'
import { nameFor, withoutSemicolon } from './about.ts'
import { lastingDrop, memberFacts } from './lasting.ts'
import { ENABLING } from './trigger.ts'

/** CREATE RULE. */
export const ruleRule: Rule<RewriteRule> = {
  create(rule, context) {
    const common = { makes: [rule.key], locks: locksOn(context, rule.table, 'ACCESS EXCLUSIVE') }
    const made = {
      ...common,
      sql: withoutSemicolon(rule.definition),
      reverse: { sql: [dropRule(rule, context)] },
    }
    if (rule.enabled === 'origin') return [made]
    return [made, { ...common, sql: enable(rule, context), reverse: { sql: [] } }]
  },

  drop(rule, context) {
    const state = rule.enabled === 'origin' ? [] : [enable(rule, context)]
    return [
      {
        sql: dropRule(rule, context),
        drops: [rule.key],
        locks: locksOn(context, rule.table, 'ACCESS EXCLUSIVE'),
        reverse: { sql: [withoutSemicolon(rule.definition), ...state] },
        hazards: lastingDrop(rule.key, context, { rule: 'drop-rule', facts: memberFacts(rule) }),
      },
    ]
  },

  /** OR REPLACE leaves a rule as enabled as it was. */
  alter(from, to, context) {
    const common = { makes: [to.key], locks: locksOn(context, to.table, 'ACCESS EXCLUSIVE') }
    const defined = replaceRule(from, to, context)
    const enabled = {
      ...common,
      sql: enable(to, context),
      reverse: { sql: [enable(from, context)] },
    }
    return [
      ...(from.definition === to.definition ? [] : [defined]),
      ...(from.enabled === to.enabled ? [] : [enabled]),
    ]
  },
}

/** OR REPLACE; also what binds it to a relation that was swapped under it. */
export function replaceRule(from: RewriteRule, to: RewriteRule, context: DiffContext) {
  return {
    sql: orReplace(to),
    makes: [to.key],
    locks: locksOn(context, to.table, 'ACCESS EXCLUSIVE'),
    reverse: { sql: [orReplace(from)] },
  }
}

function orReplace({ definition }: RewriteRule): string {
  return withoutSemicolon(definition).replace(/^CREATE RULE/, 'CREATE OR REPLACE RULE')
}

function dropRule(rule: RewriteRule, context: DiffContext): string {
  return `DROP RULE ${ident(rule.name)} ON ${nameFor(rule.table, context)}`
}

function enable(rule: RewriteRule, context: DiffContext): string {
  return `ALTER TABLE ${nameFor(rule.table, context)} ${ENABLING[rule.enabled]} RULE ${ident(rule.name)}`
}
