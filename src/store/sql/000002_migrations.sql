-- One row for each applied migration, written in the migration's own transaction.
create table gigarow.migration (
  name text not null primary key,
  -- the order in which they were applied, from 1
  ordinal int not null unique,
  -- sha-256 of migration.sql as it was applied (line ends as LF), in hex
  checksum text not null,
  -- sha-256 over the chain of the migration applied before and this checksum: says that no row was changed or taken out
  chain text not null,
  -- what takes it back: the text of down.sql as it was when the migration was applied, null where there is none
  down_sql text,
  applied_at timestamptz not null default now(),
  applied_by text not null default current_user,
  duration_ms int not null
);

-- Journal of a migration that cannot run in one transaction (CREATE INDEX CONCURRENTLY): one row for each statement that
-- was begun. Rows go when the migration is done, so that what is here is half applied.
create table gigarow.migration_step (
  migration text not null,
  direction text not null check (direction in ('up', 'down')),
  step int not null check (step > 0),
  -- sha-256 of the statement: what is done must not be edited, what failed may be
  checksum text not null,
  started_at timestamptz not null default now(),
  -- set in the statement's own transaction where it can have one
  done_at timestamptz,
  primary key (migration, direction, step)
);
