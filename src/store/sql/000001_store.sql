-- gigarow's own tables in the user's database. Files here are numbered and append-only:
-- what has been released is never edited, a change is a new file.
create schema if not exists gigarow;

comment on schema gigarow is 'Tables of the tool gigarow: ledgers of migrations and loads. Safe to read, not to edit.';

create table gigarow.store_version (
  version int not null primary key,
  installed_at timestamptz not null default now()
);
