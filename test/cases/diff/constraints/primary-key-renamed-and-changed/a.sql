create table t (id int not null, v text not null, constraint t_old primary key (id));
comment on constraint t_old on t is 'The key';
alter table t cluster on t_old;
alter table t replica identity using index t_old;
create table u (t_id int, constraint u_t foreign key (t_id) references t (id));
