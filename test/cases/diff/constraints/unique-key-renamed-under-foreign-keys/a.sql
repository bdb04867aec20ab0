create table t (id int not null, a int not null, constraint t_a_key unique (a), constraint t_id unique (id));
comment on constraint t_a_key on t is 'Once each';
alter table t replica identity using index t_a_key;
create table u (t_a int, constraint u_t foreign key (t_a) references t (a));
create table w (t_a int, constraint w_t foreign key (t_a) references t (a));
