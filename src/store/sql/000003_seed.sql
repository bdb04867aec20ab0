-- One row for each load of a profile.
create table gigarow.seed_run (
  id bigint generated always as identity primary key,
  profile text not null,
  seed bigint not null,
  -- the plan as JSON: tables, rows, columns with their generators, chunk size
  plan jsonb not null,
  filler text not null check (filler in ('copy', 'sql')),
  jobs int not null check (jobs > 0),
  -- where the run stands: loading, finishing (indexes, vacuum), verifying, done; abandoned: a later load took over
  state text not null default 'loading' check (state in ('loading', 'finishing', 'verifying', 'done', 'abandoned')),
  started_at timestamptz not null default now(),
  finished_at timestamptz,
  -- seconds and rows of each finished phase, added up over resumes
  phases jsonb not null default '[]'
);

-- One row for each chunk, made when the run starts; done_at is set in the chunk's own transaction.
create table gigarow.seed_chunk (
  run_id bigint not null references gigarow.seed_run (id) on delete cascade,
  table_name text not null,
  chunk int not null,
  -- rows lo to hi of the table, both included, the first row is 1
  lo bigint not null,
  hi bigint not null check (hi >= lo),
  done_at timestamptz,
  rows bigint,
  seconds real,
  primary key (run_id, table_name, chunk)
);

create index seed_chunk_open_idx on gigarow.seed_chunk (run_id, table_name, chunk) where done_at is null;

-- What a load took away and has to bring back, in this order: written in the transaction that takes it away.
create table gigarow.seed_dropped (
  run_id bigint not null references gigarow.seed_run (id) on delete cascade,
  ordinal int not null,
  -- rebuilt in this order; everything of stage 0 may be rebuilt side by side
  stage int not null,
  kind text not null check (kind in ('index', 'constraint', 'setting')),
  table_name text not null,
  name text not null,
  -- the statements that bring it back: a JSON array of strings
  rebuild_sql jsonb not null,
  -- pg_get_indexdef() or pg_get_constraintdef() as it was: what the rebuilt one must equal
  definition text,
  -- where an index stood, null for the default tablespace
  tablespace text,
  rebuilt_at timestamptz,
  seconds real,
  primary key (run_id, ordinal)
);
