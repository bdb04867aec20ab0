create type mood as enum ('sad', 'ok');
create table n (id bigint not null, a bigint, m mood not null default 'ok', k integer not null) partition by range (k);
create table n_1 partition of n for values from (0) to (100);
create table n_2 partition of n for values from (100) to (300) partition by range (k);
create table n_2_low partition of n_2 for values from (100) to (200);
create table kinds (id bigint primary key);
alter table n add constraint of_kind foreign key (a) references kinds (id);
insert into kinds select generate_series(1, 9);
