create table t (id int not null, a int not null, b int not null, constraint t_pkey primary key (id) include (a), constraint t_k unique (b, a));
comment on constraint t_pkey on t is 'The key';
comment on constraint t_k on t is 'Another';
alter table t cluster on t_pkey;
alter table t replica identity using index t_k;
create table u (id int not null, a int, b int, constraint u_t foreign key (id) references t (id), constraint u_k foreign key (a, b) references t (a, b) on delete cascade);
