import { ident } from '../../kernel/index.ts'
import type { Policy } from '../../model/index.ts'
import { locksOn } from '../label.ts'
import type { Action, DiffContext, Rule } from '../rule.ts'
import { nameFor } from './about.ts'
import { commentAgain } from './comment.ts'
import { lastingDrop, memberFacts } from './lasting.ts'

export const policyRule: Rule<Policy> = {
  create(policy, context) {
    return [
      {
        sql: createPolicy(policy, context),
        makes: [policy.key],
        locks: locksOn(context, policy.table, 'ACCESS EXCLUSIVE'),
        reverse: { sql: [dropPolicy(policy, context)] },
      },
    ]
  },

  drop(policy, context) {
    return [
      {
        sql: dropPolicy(policy, context),
        drops: [policy.key],
        locks: locksOn(context, policy.table, 'ACCESS EXCLUSIVE'),
        reverse: { sql: [createPolicy(policy, context)] },
        hazards: lastingDrop(policy.key, context, {
          rule: 'drop-policy',
          facts: memberFacts(policy),
          variant: policy.permissive ? 'permissive' : 'restrictive',
        }),
      },
    ]
  },

  alter(from, to, context) {
    if (!canAlter(from, to)) return remake(from, to, context)
    const changes = changedClauses(from, to)
    if (changes === '') return []
    const back = changedClauses(to, from)
    const reverse = canAlter(to, from)
      ? [`${alterPolicy(from, context)}${back}`]
      : remake(to, from, context).map(({ sql }) => sql)
    return [
      {
        sql: `${alterPolicy(to, context)}${changes}`,
        makes: [to.key],
        locks: locksOn(context, to.table, 'ACCESS EXCLUSIVE'),
        reverse: { sql: reverse },
      },
    ]
  },
}

/** ALTER POLICY changes neither the command nor the mode, and cannot take an expression away. */
function canAlter(from: Policy, to: Policy): boolean {
  if (from.command !== to.command || from.permissive !== to.permissive) return false
  const removed = (was?: string, is?: string) => was !== undefined && is === undefined
  return !removed(from.using, to.using) && !removed(from.check, to.check)
}

/** In one transaction: without a restrictive policy rows can be seen that must not be. */
function remake(from: Policy, to: Policy, context: DiffContext): readonly Action[] {
  const locks = locksOn(context, to.table, 'ACCESS EXCLUSIVE')
  return [
    { sql: dropPolicy(from, context), locks },
    { sql: createPolicy(to, context), makes: [to.key], together: true, locks },
    ...commentAgain(to.key, context),
  ]
}

/** Its expressions again, as they are in `to`: they then read what bears the names now. */
export function rebindPolicy(from: Policy, to: Policy, context: DiffContext) {
  const again = (policy: Policy) =>
    `${alterPolicy(policy, context)} TO ${policy.roles.join(', ')}${expressions(policy)}`
  return {
    sql: again(to),
    makes: [to.key],
    locks: locksOn(context, to.table, 'ACCESS EXCLUSIVE'),
    reverse: { sql: [again(from)] },
  }
}

function createPolicy(policy: Policy, context: DiffContext): string {
  const mode = policy.permissive ? '' : ' AS RESTRICTIVE'
  const command = policy.command === 'all' ? '' : ` FOR ${policy.command.toUpperCase()}`
  const head = `CREATE POLICY ${ident(policy.name)} ON ${nameFor(policy.table, context)}`
  return `${head}${mode}${command} TO ${policy.roles.join(', ')}${expressions(policy)}`
}

function dropPolicy(policy: Policy, context: DiffContext): string {
  return `DROP POLICY ${ident(policy.name)} ON ${nameFor(policy.table, context)}`
}

function alterPolicy(policy: Policy, context: DiffContext): string {
  return `ALTER POLICY ${ident(policy.name)} ON ${nameFor(policy.table, context)}`
}

function changedClauses(from: Policy, to: Policy): string {
  const roles = from.roles.join(', ') === to.roles.join(', ') ? '' : ` TO ${to.roles.join(', ')}`
  return `${roles}${expressions({
    using: from.using === to.using ? undefined : to.using,
    check: from.check === to.check ? undefined : to.check,
  })}`
}

function expressions({ using, check }: Pick<Policy, 'using' | 'check'>): string {
  const parts = [
    using === undefined ? '' : ` USING (${using})`,
    check === undefined ? '' : ` WITH CHECK (${check})`,
  ]
  return parts.join('')
}
