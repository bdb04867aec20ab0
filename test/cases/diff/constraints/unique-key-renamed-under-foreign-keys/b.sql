create table t (id int not null, a int not null, constraint one_each unique (a), constraint t_id unique (id));
comment on constraint one_each on t is 'Once each';
alter table t replica identity using index one_each;
create table u (t_a int, constraint u_t foreign key (t_a) references t (a));
create table w (t_a int, constraint of_t foreign key (t_a) references t (a));
