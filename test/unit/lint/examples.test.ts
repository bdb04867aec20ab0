import { describe, expect, test } from 'vitest'
import { lintFiles } from '../../../src/lint/index.ts'
import { EXAMPLE_TABLES, HAZARDS, type HazardRule, hazardEntry } from '../../../src/model/index.ts'

const rules = Object.keys(HAZARDS) as HazardRule[]

/** Findings of migrations that come after the example's tables. */
async function findings(rule: HazardRule, texts: readonly string[]) {
  const { given = '', since = 14 } = hazardEntry(rule)
  const files = [EXAMPLE_TABLES + given, ...texts].map((text, i) => ({ file: `${i}.sql`, text }))
  const found = await lintFiles(files, { major: since, enable: [rule] })
  return found.filter(({ file }) => file !== '0.sql')
}

describe.each(rules)('%s', (rule) => {
  const { bad, good, severity } = hazardEntry(rule)

  test('finds its bad example, and nothing graver than that', async () => {
    const found = await findings(rule, [bad])
    expect(found.map((finding) => finding.rule)).toContain(rule)
    expect(found.find((finding) => finding.rule === rule)?.severity).toBe(severity)
  })

  test('finds nothing in the safe form', async () => {
    const found = await findings(rule, good)
    expect(found.filter((f) => f.rule === rule || f.severity !== 'notice')).toEqual([])
  })
})
