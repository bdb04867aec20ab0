-- How far a migration's backfill has come: one row for each that was begun, gone when its migration is done. Written in the
-- transaction of each batch, so that a run that was killed goes on behind the last one that was committed.
create table gigarow.migration_backfill (
  migration text not null,
  -- the backfill's name within its migration
  name text not null,
  -- the last key that is done, as text; null before the first batch
  last_key text,
  -- rows that were changed
  rows bigint not null default 0,
  done_at timestamptz,
  primary key (migration, name)
);
