create table t (id int not null, v text not null, constraint t_new primary key (id, v), constraint t_id unique (id));
comment on constraint t_new on t is 'The key';
alter table t cluster on t_new;
alter table t replica identity using index t_new;
create table u (t_id int, constraint u_t foreign key (t_id) references t (id));
