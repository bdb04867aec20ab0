create table p (id integer not null, k integer not null, primary key (id, k)) partition by list (k);
create table p_1 partition of p for values in (1);
create table p_2 partition of p for values in (2);
create table c (pid integer, pk integer, constraint of_p foreign key (pid, pk) references p (id, k));
