-- One row for each tuning profile that was put in force on this server for a load of this database, gone when the settings are
-- back. It tells whoever has not the journal, which is a file of one machine, of a load that died with its tuning in force.
create table gigarow.tune_lease (
  -- of the journal that the settings before are in
  session text not null primary key,
  profile text not null,
  -- what the profile is in force for: seed, …
  doing text not null,
  host text not null,
  pid int not null,
  -- tells the process from a later one of the same number, null where its system does not say
  process text,
  -- path on that host
  journal text not null,
  since timestamptz not null default now()
);
