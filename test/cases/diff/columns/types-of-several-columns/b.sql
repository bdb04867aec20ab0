create table t (
  id bigint primary key,
  amount bigint not null default 0 check (amount >= 0),
  price double precision,
  at timestamp,
  name text,
  token uuid not null default gen_random_uuid(),
  doubled bigint generated always as (amount * 2) stored
);
create index t_at on t (at);
create view totals as select id, amount, at from t;
