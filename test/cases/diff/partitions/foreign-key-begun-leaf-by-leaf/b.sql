create table users (id bigint primary key);
create table orders (user_id bigint not null, day date not null) partition by range (day);
alter table orders add constraint of_user foreign key (user_id) references users (id);
create table orders_1 partition of orders for values from ('2025-01-01') to ('2025-02-01');
create table orders_2 partition of orders for values from ('2025-02-01') to ('2025-03-01');
create table orders_3 partition of orders for values from ('2025-03-01') to ('2025-04-01');
