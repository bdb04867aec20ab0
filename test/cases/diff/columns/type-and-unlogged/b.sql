create unlogged table t (id bigint primary key, n bigint, v text);
