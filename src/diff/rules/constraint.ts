import { ident } from '../../kernel/index.ts'
import { type Constraint, nameIn } from '../../model/index.ts'
import type { Action, DiffContext, Rule } from '../rule.ts'
import { partitionedConstraint } from './partitioned-constraint.ts'

export const constraintRule: Rule<Constraint> = {
  create: (it, context) =>
    onPartitions(it, context) ? actionsOf(partitionedConstraint(undefined, it, context)) : createPlain(it),
  drop: (it, context) =>
    onPartitions(it, context) ? actionsOf(partitionedConstraint(it, undefined, context)) : dropPlain(it),
  alter: (from, to, context) =>
    onPartitions(to, context) ? partitionedConstraint(from, to, context) : 'replace',
}

function onPartitions({ table }: Constraint, { from, to }: DiffContext): boolean {
  const object = to.objects.get(table) ?? from.objects.get(table)
  return object?.kind === 'table' && (object.partitionKey !== undefined || object.partitionOf !== undefined)
}

/** What makes or drops is never a replacement or a refusal. */
function actionsOf(answer: ReturnType<Rule<Constraint>['alter']>): readonly Action[] {
  return answer === 'replace' || 'refused' in answer ? [] : answer
}

function createPlain(it: Constraint): readonly Action[] {
  return [{ sql: `ALTER TABLE ${nameIn(it.table)} ADD CONSTRAINT ${ident(it.name)} ${it.definition}` }]
}

function dropPlain(it: Constraint): readonly Action[] {
  return [{ sql: `ALTER TABLE ${nameIn(it.table)} DROP CONSTRAINT ${ident(it.name)}` }]
}
