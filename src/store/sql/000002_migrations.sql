-- One row for each applied migration, written in the migration's own transaction.
create table gigarow.migration (
  name text not null primary key,
  -- sha-256 of migration.sql as it was applied, in hex
  checksum text not null,
  -- sha-256 over the previous migration's chain and this checksum: says that order and content are those of the files
  chain text not null,
  -- what takes it back: the text of down.sql as it was when the migration was applied, null where there is none
  down_sql text,
  applied_at timestamptz not null default now(),
  applied_by text not null default current_user,
  duration_ms int not null
);
