create table p (id int not null, k int not null, constraint the_key primary key (id, k)) partition by list (k);
create table p_1 partition of p for values in (1);
comment on constraint the_key on p is 'The key';
alter table p_1 replica identity using index p_1_pkey;
create table c (pid int, pk int, constraint points_there foreign key (pid, pk) references p (id, k));
