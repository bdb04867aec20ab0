import { formatBytes, formatRows, oncePer } from '../kernel/index.ts'
import {
  type Catalog,
  type HazardFacts,
  type HazardOptions,
  hazard,
  type ObjectKey,
  type PlanRule,
  type TableSize,
} from '../model/index.ts'
import { labelOfKey } from './label.ts'
import type { PlanHazard } from './plan.ts'

/** A hazard before the sizes are known. */
export interface ActionHazard extends PlanHazard {
  /** What its text begins with: sizes stand behind that. */
  readonly message: string
  /** The table that its size is of, as people write it. */
  readonly of: string | undefined
}

/** The catalogue's text with the user's names. */
export function planHazard(rule: PlanRule, facts: HazardFacts, options?: HazardOptions): ActionHazard {
  const { severity, message, text, object } = hazard(rule, facts, options)
  return {
    rule,
    severity,
    text,
    ...(object === undefined ? {} : { object }),
    message,
    of: facts.partition ?? facts.table,
  }
}

/** With the rows and bytes that the old state has counted; a scratch server has none. */
export function withSize({ message, of, ...hazard }: ActionHazard, from: Catalog): PlanHazard {
  const { severity, text } = hazard
  const size = of === undefined || severity === 'notice' ? undefined : sizesIn(from).get(of)
  const said = size && sizeText(size)
  return said ? { ...hazard, text: `${message} ${of} holds ${said}.${text.slice(message.length)}` } : hazard
}

function sizeText({ rows = 0, bytes }: TableSize): string | undefined {
  const parts = [
    ...(rows > 0 ? [`${formatRows(rows)} ${rows === 1 ? 'row' : 'rows'}`] : []),
    ...(bytes > 0 ? [formatBytes(bytes)] : []),
  ]
  return parts.length === 0 ? undefined : parts.join(', ')
}

/** Of a partitioned table: all that its partitions hold. */
const sizesIn = oncePer((catalog: Catalog): ReadonlyMap<string, TableSize> => {
  const sizes = new Map<string, TableSize>()
  for (const object of catalog.objects.values()) {
    // ANALYZE counts the rows of the partitions for their parent, too.
    if (object.kind !== 'table' || object.partitionKey !== undefined) continue
    for (const key of lineOf(object.key, catalog)) {
      const label = labelOfKey(key)
      const sum = sizes.get(label)
      sizes.set(label, {
        rows: (sum?.rows ?? 0) + (object.size.rows ?? 0),
        bytes: (sum?.bytes ?? 0) + object.size.bytes,
      })
    }
  }
  return sizes
})

/** The table and those above it. */
function lineOf(key: ObjectKey, catalog: Catalog): readonly ObjectKey[] {
  const line: ObjectKey[] = []
  let at: ObjectKey | undefined = key
  while (at !== undefined && !line.includes(at)) {
    line.push(at)
    const table = catalog.objects.get(at)
    at = table?.kind === 'table' ? table.partitionOf?.parent : undefined
  }
  return line
}
