create table t (
  id integer primary key,
  amount integer not null default 0 check (amount >= 0),
  price real,
  at timestamp,
  name text
);
create index t_at on t (at);
create view totals as select id, amount, at from t;
