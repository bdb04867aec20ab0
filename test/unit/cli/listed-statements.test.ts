import { expect, test } from 'vitest'
import { Output } from '../../../src/cli/output.ts'
import { listStatements } from '../../../src/cli/seed/statements.ts'

test('what is said for each of many partitions is listed once, with how many more there are', () => {
  const text: string[] = []
  const stdout = { write: (line: string) => text.push(line) > 0 } as NodeJS.WriteStream
  const out = new Output({ json: false, color: false, streams: { stdout, stderr: stdout } })
  const months = ['01', '02', '03', '04'].map(
    (month) => `create index p2025_${month}_a_idx on p2025_${month} (a)`,
  )
  listStatements(out, ['drop index a', ...months, 'alter table b1 reset (x)', 'alter table b2 reset (x)'])
  expect(text.join('').trimEnd().split('\n')).toEqual([
    '  drop index a',
    '  create index p2025_01_a_idx on p2025_01 (a)',
    '  … and 3 more like it',
    '  alter table b1 reset (x)',
    '  alter table b2 reset (x)',
  ])
})
