import { ident, literal } from '../../kernel/index.ts'
import { type Extension, nameIn } from '../../model/index.ts'
import { planHazard } from '../hazards.ts'
import { labelOfKey } from '../label.ts'
import type { Rule } from '../rule.ts'

export const extensionRule: Rule<Extension> = {
  create: ({ key, schema }) => [{ sql: `CREATE EXTENSION ${nameIn(key)} SCHEMA ${ident(schema)}` }],
  drop: ({ key }) => [
    {
      sql: `DROP EXTENSION ${nameIn(key)}`,
      hazards: [planHazard('drop-extension', { name: labelOfKey(key) })],
    },
  ],
  alter: (from, to) => [
    ...(from.schema === to.schema
      ? []
      : [{ sql: `ALTER EXTENSION ${nameIn(to.key)} SET SCHEMA ${ident(to.schema)}` }]),
    ...(from.version === to.version
      ? []
      : [
          {
            sql: `ALTER EXTENSION ${nameIn(to.key)} UPDATE TO ${literal(to.version)}`,
            reverse: { none: 'few extensions know the way back to an older version' },
          },
        ]),
  ],
}
