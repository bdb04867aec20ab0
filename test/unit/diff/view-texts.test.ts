import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { diff } from '../../../src/diff/index.ts'
import type { DiffContext } from '../../../src/diff/rule.ts'
import { asideName, indexOn } from '../../../src/diff/rules/matview-sql.ts'
import { argumentsOf, splitArguments } from '../../../src/diff/rules/routine-arguments.ts'
import { ident } from '../../../src/kernel/index.ts'
import {
  annotationKey,
  type Grant,
  type MatView,
  objectKey,
  type Routine,
  type SchemaObject,
  type View,
} from '../../../src/model/index.ts'
import { catalogOf } from './support.ts'

const name = fc.string({ minLength: 1, maxLength: 20, unit: 'grapheme' }).filter((s) => !s.includes('\0'))
const nothing = (objects: readonly SchemaObject[] = []): DiffContext => ({
  from: catalogOf(objects),
  to: catalogOf([]),
  options: {},
  rests: new Map(),
  isNew: () => false,
  isGone: () => false,
  isDeferred: () => false,
})

describe('arguments of routines', () => {
  it('are split at their commas, whatever their names and defaults hold', () => {
    const argument = fc
      .tuple(name, fc.string({ maxLength: 10 }))
      .map(([n, d]) => `${ident(n)} numeric(10,2)[] DEFAULT '${d.replaceAll("'", "''")}'::text`)
    fc.assert(
      fc.property(fc.array(argument), name, (list, fn) => {
        const text = list.join(', ')
        expect(splitArguments(text)).toEqual(list)
        expect(
          argumentsOf(`CREATE OR REPLACE FUNCTION public.${ident(fn)}(${text})\n RETURNS integer`),
        ).toEqual(list)
      }),
    )
  })

  it("knows E'' strings", () => {
    expect(splitArguments(String.raw`a text DEFAULT E'\',', b int`)).toEqual([
      String.raw`a text DEFAULT E'\','`,
      'b int',
    ])
  })
})

describe('an index for another relation', () => {
  it('keeps all but the two names', () => {
    fc.assert(
      fc.property(name, name, name, (index, schema, table) => {
        const definition = `CREATE UNIQUE INDEX ${ident(index)} ON ${ident(schema, table)} USING btree (lower(b)) WHERE (a > 1)`
        expect(indexOn(definition, 'j', { schema: 's', name: 'u' })).toBe(
          'CREATE UNIQUE INDEX "j" ON "s"."u" USING btree (lower(b)) WHERE (a > 1)',
        )
      }),
    )
    expect(indexOn('CREATE INDEX i ON public.t USING gin (b)', 'j', { schema: 's', name: 'u' })).toBe(
      'CREATE INDEX "j" ON "s"."u" USING gin (b)',
    )
  })
})

describe('a name for what is built beside', () => {
  const relation = (n: string): View => {
    const qualified = { schema: 'public', name: n }
    return {
      kind: 'view',
      key: objectKey('view', qualified),
      name: qualified,
      query: '',
      columns: [],
      options: {},
    }
  }

  it('fits into 63 bytes and is not taken', () => {
    fc.assert(
      fc.property(fc.string({ minLength: 1, maxLength: 63, unit: 'grapheme' }), (n) => {
        const first = asideName({ schema: 'public', name: n }, 'new', nothing())
        expect(Buffer.byteLength(first.name)).toBeLessThanOrEqual(63)
        const second = asideName({ schema: 'public', name: n }, 'new', nothing([relation(first.name)]))
        expect(second.name).not.toBe(first.name)
      }),
    )
  })

  it('tells long names apart', () => {
    const of = (end: string) =>
      asideName({ schema: 'public', name: `${'x'.repeat(62)}${end}` }, 'new', nothing()).name
    expect(of('1')).not.toBe(of('2'))
  })
})

describe('a plan', () => {
  const routine = (fn: string, body: string): Routine => {
    const qualified = { schema: 'public', name: fn }
    return {
      kind: 'routine',
      key: objectKey('routine', qualified, '()'),
      name: qualified,
      arguments: '',
      type: 'function',
      definition: `CREATE OR REPLACE FUNCTION public.${fn}()\n RETURNS integer\n LANGUAGE sql\nAS $function$${body}$function$\n`,
      result: 'integer',
    }
  }
  const heads = (objects: readonly SchemaObject[]) =>
    diff(catalogOf([]), catalogOf(objects)).statements.map(({ sql }) => sql.split('\n')[0])

  it('makes what the text of a function names before it', () => {
    expect(heads([routine('a', 'select z()'), routine('m', 'select a()'), routine('z', 'select 1')])).toEqual(
      [
        'CREATE OR REPLACE FUNCTION public.z()',
        'CREATE OR REPLACE FUNCTION public.a()',
        'CREATE OR REPLACE FUNCTION public.m()',
      ],
    )
  })

  it('does not go round in circles where functions name each other', () => {
    expect(
      heads([routine('a', 'select b()'), routine('b', 'select c()'), routine('c', 'select a()')]).filter(
        (head) => head!.startsWith('CREATE'),
      ),
    ).toHaveLength(3)
  })

  const matview = (query: string, more: Partial<MatView> = {}): MatView => {
    const qualified = { schema: 'public', name: 'm' }
    return {
      kind: 'matview',
      key: objectKey('matview', qualified),
      name: qualified,
      query,
      columns: [{ name: 'a', type: 'integer' }],
      options: {},
      tablespace: undefined,
      accessMethod: undefined,
      populated: true,
      size: { rows: 1_200_000, bytes: 5 * 2 ** 20 },
      ...more,
    }
  }

  it('names how much a rebuilt materialized view holds', () => {
    const [first] = diff(
      catalogOf([matview('SELECT 1 AS a')]),
      catalogOf([matview('SELECT 2 AS a')]),
    ).statements
    expect(first!.hazards.map(({ text }) => text)).toEqual([
      'm is filled anew beside the old one (about 1.2M rows, 5 MB): it takes that room once more and the time of its query. Meanwhile what it reads is read under ACCESS SHARE: ALTER and DROP of it wait, reads and writes do not. Instead: see that there is room, or drop it and make it again in a quiet hour.',
    ])
  })

  it('compares neither rows nor whether it is populated', () => {
    const other = matview('SELECT 1 AS a', { populated: false, size: { rows: undefined, bytes: 0 } })
    expect(diff(catalogOf([matview('SELECT 1 AS a')]), catalogOf([other])).statements).toEqual([])
  })

  it('takes EXECUTE from everybody where a function has a grant without privileges', () => {
    const f = routine('f', 'select 1')
    const none: Grant = {
      kind: 'grant',
      key: annotationKey('grant', f.key, 'public'),
      on: f.key,
      role: 'public',
      privileges: [],
    }
    expect(diff(catalogOf([f]), catalogOf([f, none])).statements.map(({ sql }) => sql)).toEqual([
      'REVOKE EXECUTE ON ROUTINE "public"."f"() FROM PUBLIC',
    ])
    expect(diff(catalogOf([f, none]), catalogOf([f])).statements.map(({ sql }) => sql)).toEqual([
      'GRANT EXECUTE ON ROUTINE "public"."f"() TO PUBLIC',
    ])
  })
})
