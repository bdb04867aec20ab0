create table users (id bigint primary key);
create table orders (user_id bigint not null references users (id), day date not null) partition by range (day);
create table orders_1 partition of orders for values from ('2025-01-01') to ('2025-02-01');
create table orders_2 partition of orders for values from ('2025-02-01') to ('2025-03-01');
