import type { ObjectKind, SchemaObject } from '../../model/index.ts'
import type { Rule } from '../rule.ts'
import { columnRule } from './column.ts'
import { commentRule } from './comment.ts'
import { constraintRule } from './constraint.ts'
import { domainRule } from './domain.ts'
import { enumRule } from './enum.ts'
import { extensionRule } from './extension.ts'
import { grantRule } from './grant.ts'
import { indexRule } from './index-rule.ts'
import { matviewRule } from './matview.ts'
import { policyRule } from './policy.ts'
import { routineRule } from './routine.ts'
import { ruleRule } from './rule.ts'
import { schemaRule } from './schema.ts'
import { sequenceRule } from './sequence.ts'
import { statisticsRule } from './statistics.ts'
import { tableRule } from './table.ts'
import { triggerRule } from './trigger.ts'
import { typeRule } from './type.ts'
import { viewRule } from './view.ts'

type Rules = { readonly [Kind in ObjectKind]: Rule<Extract<SchemaObject, { readonly kind: Kind }>> }

const RULES: Rules = {
  schema: schemaRule,
  extension: extensionRule,
  enum: enumRule,
  domain: domainRule,
  type: typeRule,
  sequence: sequenceRule,
  table: tableRule,
  column: columnRule,
  constraint: constraintRule,
  index: indexRule,
  statistics: statisticsRule,
  view: viewRule,
  matview: matviewRule,
  routine: routineRule,
  trigger: triggerRule,
  policy: policyRule,
  rule: ruleRule,
  grant: grantRule,
  comment: commentRule,
}

/** The rule takes any object here; it is given those of its kind, two of the same kind in alter(). */
export function ruleOf(object: SchemaObject): Rule<SchemaObject> {
  return RULES[object.kind] as unknown as Rule<SchemaObject>
}
