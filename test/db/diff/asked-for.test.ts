import { expect, test } from 'vitest'
import { testDatabase } from '../../support/index.ts'
import { convergenceOn } from './converge.ts'

const { planOf, returns } = convergenceOn(testDatabase())

const TABLE = 'create table public.t (id int primary key);'
const WRITTEN = `${TABLE}
  create function public.touch() returns trigger language plpgsql as $$ begin return new; end $$;
  create procedure public.nothing() language sql as $$ select 1 $$;
  create trigger touched before insert on public.t for each row execute function public.touch();
  alter table public.t enable row level security;
  create policy own on public.t using (id > 0);
  create policy never on public.t as restrictive using (id < 9);
  create rule keep as on delete to public.t do instead nothing;
  create view public.v as select id from public.t;
  create type public.mood as enum ('sad');
  create domain public.price as int;
  create type public.pair as (a int);
  grant select on public.t to pg_monitor;
  grant usage on schema public to pg_monitor;
`

async function askedFor(from: string, to: string): Promise<readonly string[]> {
  const { statements } = await planOf({ from, to })
  return statements
    .flatMap(({ hazards }) => hazards)
    .filter(({ severity }) => severity === 'drop')
    .map(({ rule, object }) => `${rule} ${object}`)
    .sort()
}

test('what somebody has written and what a role may do goes only when it is asked for, and there is a way back', async () => {
  expect(await askedFor(WRITTEN, TABLE)).toEqual([
    'disable-row-security public.t',
    'drop-policy public.t.never',
    'drop-policy public.t.own',
    'drop-routine public.nothing',
    'drop-routine public.touch',
    'drop-rule public.t.keep',
    'drop-trigger public.t.touched',
    'drop-type public.mood',
    'drop-type public.pair',
    'drop-type public.price',
    'drop-view public.v',
    'revoke public',
    'revoke public.t',
  ])
  await returns({ from: WRITTEN, to: TABLE })
})

test('what is made anew in the same plan, or goes with its table, is no question of its own', async () => {
  const changed = WRITTEN.replace(
    'create view public.v as select id',
    'create view public.v as select id::bigint',
  )
    .replace('before insert', 'after insert')
    .replace('as restrictive', '')
    .replace('begin return new', 'begin return old')
    .replace('price as int', 'price as bigint')
  expect(await askedFor(WRITTEN, changed)).toEqual([])
  const rest = 'create table public.u (id int)'
  const from = `${rest}; ${TABLE} create rule keep as on delete to public.t do instead nothing; create policy own on public.t using (true);`
  expect(await askedFor(from, rest)).toEqual(['drop-table public.t'])
})
