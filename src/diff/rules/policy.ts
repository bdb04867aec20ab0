import { ident } from '../../kernel/index.ts'
import type { Policy } from '../../model/index.ts'
import type { DiffContext, Rule } from '../rule.ts'
import { lockOn, nameFor } from './about.ts'

export const policyRule: Rule<Policy> = {
  create(policy, context) {
    return [
      {
        sql: createPolicy(policy, context),
        makes: [policy.key],
        locks: lockOn(policy.table, 'ACCESS EXCLUSIVE', context),
        reverse: { sql: [dropPolicy(policy, context)] },
      },
    ]
  },

  drop(policy, context) {
    return [
      {
        sql: dropPolicy(policy, context),
        drops: [policy.key],
        locks: lockOn(policy.table, 'ACCESS EXCLUSIVE', context),
        reverse: { sql: [createPolicy(policy, context)] },
      },
    ]
  },

  /** ALTER POLICY changes neither the command nor the mode, and cannot take an expression away. */
  alter(from, to, context) {
    if (from.command !== to.command || from.permissive !== to.permissive) return 'replace'
    const removed = (was?: string, is?: string) => was !== undefined && is === undefined
    if (removed(from.using, to.using) || removed(from.check, to.check)) return 'replace'
    const changes = changedClauses(from, to)
    if (changes === '') return []
    const back = changedClauses(to, from)
    const added = removed(to.using, from.using) || removed(to.check, from.check)
    const reverse = added
      ? [dropPolicy(to, context), createPolicy(from, context)]
      : [`${alterPolicy(from, context)}${back}`]
    return [
      {
        sql: `${alterPolicy(to, context)}${changes}`,
        makes: [to.key],
        locks: lockOn(to.table, 'ACCESS EXCLUSIVE', context),
        reverse: { sql: reverse },
      },
    ]
  },
}

/** Its expressions again, as they are in `to`: they then read what bears the names now. */
export function rebindPolicy(from: Policy, to: Policy, context: DiffContext) {
  const again = (policy: Policy) =>
    `${alterPolicy(policy, context)} TO ${policy.roles.join(', ')}${expressions(policy)}`
  return {
    sql: again(to),
    makes: [to.key],
    locks: lockOn(to.table, 'ACCESS EXCLUSIVE', context),
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
