import type { Rule } from './rule.ts'
import { COLUMN_RULES } from './rules/columns.ts'
import { CONSTRAINT_RULES } from './rules/constraints.ts'
import { DATA_RULES } from './rules/data.ts'
import { DROPPED_RULES } from './rules/dropped.ts'
import { FILE_RULES } from './rules/files.ts'
import { INDEX_RULES } from './rules/indexes.ts'
import { OBJECT_RULES } from './rules/objects.ts'
import { PARTITION_RULES } from './rules/partitions.ts'
import { TYPE_RULES } from './rules/types.ts'

export const RULES: readonly Rule[] = [
  ...OBJECT_RULES,
  ...DROPPED_RULES,
  ...COLUMN_RULES,
  ...CONSTRAINT_RULES,
  ...INDEX_RULES,
  ...PARTITION_RULES,
  ...DATA_RULES,
  ...TYPE_RULES,
  ...FILE_RULES,
]
