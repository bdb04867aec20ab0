import { expect, it } from 'vitest'
import { typeChange } from '../../../src/diff/rules/type-change.ts'
import { isVolatile } from '../../../src/diff/rules/volatile.ts'
import { catalog } from './catalogs.ts'

it.each([
  ['character varying(10)', 'character varying(20)', 'free'],
  ['character varying(10)', 'character varying', 'free'],
  ['character varying(10)', 'text', 'free'],
  ['text', 'character varying', 'free'],
  ['numeric(10,2)', 'numeric(12,2)', 'free'],
  ['numeric(10,2)', 'numeric', 'free'],
  ['timestamp(3) with time zone', 'timestamp with time zone', 'free'],
  ['cidr', 'inet', 'free'],
  ['character varying(20)', 'character varying(10)', 'rewrite'],
  ['text', 'character varying(10)', 'rewrite'],
  ['numeric(10,2)', 'numeric(12,3)', 'rewrite'],
  ['numeric', 'numeric(12,3)', 'rewrite'],
  ['integer', 'bigint', 'rewrite'],
  ['timestamp without time zone', 'timestamp with time zone', 'rewrite'],
  ['character(10)', 'text', 'rewrite'],
  ['character varying(10)[]', 'character varying(20)[]', 'rewrite'],
  ['integer', 'uuid', 'impossible'],
  ['jsonb', 'bytea', 'impossible'],
  ['integer', 'integer[]', 'impossible'],
] as const)('%s to %s is %s', (from, to, cost) => {
  expect(typeChange(from, to).cost).toBe(cost)
})

it.each([
  ['character varying(20)', 'character varying(10)'],
  ['integer', 'character varying(2)'],
])('%s to %s is never cast, which would cut values off', (from, to) => {
  expect(typeChange(from, to).using).toBe(false)
})

it.each([
  ['numeric(10,2)', 'numeric(10,1)', true],
  ['double precision', 'integer', true],
  ['timestamp with time zone', 'date', true],
  ['bigint', 'integer', false],
  ['integer', 'numeric(10,2)', false],
])('%s to %s loses digits: %s', (from, to, lossy) => {
  expect(typeChange(from, to).lossy).toBe(lossy)
})

it.each([
  ["'a (b) c'::character varying(10)", false],
  ['now()', false],
  ["('now'::text)::timestamp(3) without time zone", false],
  ['CURRENT_TIMESTAMP', false],
  ['gen_random_uuid()', true],
  ['(random() * (10)::double precision)', true],
  ["nextval('public.s'::regclass)", true],
  ['public.mine(1)', true],
])('the default %s differs from row to row: %s', (text, volatile) => {
  expect(isVolatile(text, catalog([]))).toBe(volatile)
})
