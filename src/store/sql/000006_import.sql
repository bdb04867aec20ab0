-- One row for each import of CSV files.
create table gigarow.import_run (
  id bigint generated always as identity primary key,
  -- quoted and qualified
  table_name text not null,
  -- the import as JSON: files with size, time and hash, columns, format, filter, what happens to duplicates
  plan jsonb not null,
  -- loading, done; abandoned: what it loaded stays, and nobody goes on with it
  state text not null default 'loading' check (state in ('loading', 'done', 'abandoned')),
  started_at timestamptz not null default now(),
  finished_at timestamptz
);

create index import_run_table_idx on gigarow.import_run (table_name);

-- One row for each range of a file, made when the import starts; done_at is set in the transaction of its rows.
create table gigarow.import_chunk (
  run_id bigint not null references gigarow.import_run (id) on delete cascade,
  -- in the order of the files
  chunk int not null,
  -- which of the plan's files, from 0
  file int not null,
  -- bytes lo up to, but without, hi
  lo bigint not null,
  hi bigint not null check (hi >= lo),
  done_at timestamptz,
  -- read = filtered + inserted + updated + skipped + rejected
  read bigint,
  filtered bigint,
  inserted bigint,
  updated bigint,
  skipped bigint,
  rejected bigint,
  seconds real,
  primary key (run_id, chunk)
);

create index import_chunk_open_idx on gigarow.import_chunk (run_id, chunk) where done_at is null;

-- Rows that the server refused, written in the transaction of their chunk.
create table gigarow.import_reject (
  run_id bigint not null references gigarow.import_run (id) on delete cascade,
  chunk int not null,
  line bigint not null,
  column_name text,
  reason text not null,
  primary key (run_id, chunk, line)
);

-- One row for each import into an unlogged table: a crash of the server empties both, and the missing row says so.
create unlogged table gigarow.import_witness (run_id bigint not null primary key);
