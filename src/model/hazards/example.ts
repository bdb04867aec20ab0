/** The tables of the examples: what a shop has before the migration. */
export const EXAMPLE_TABLES = `CREATE TABLE customers (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  email text,
  name varchar(50)
);
CREATE TABLE orders (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  customer_id bigint,
  status varchar(20),
  total numeric(10,2),
  placed_at timestamptz
);
CREATE INDEX orders_status_idx ON orders (status);
CREATE TABLE events (
  id bigint NOT NULL,
  event_time timestamptz NOT NULL,
  customer_id bigint,
  kind text
) PARTITION BY RANGE (event_time);
CREATE TABLE events_2025_01 PARTITION OF events FOR VALUES FROM ('2025-01-01') TO ('2025-02-01');
CREATE TABLE events_2025_02 PARTITION OF events FOR VALUES FROM ('2025-02-01') TO ('2025-03-01');
CREATE TABLE events_2025_03 (LIKE events);
INSERT INTO events_2025_03 VALUES (1, '2025-03-05', 1, 'visit');
CREATE TYPE mood AS ENUM ('sad', 'happy');
CREATE DOMAIN percent AS integer;
CREATE MATERIALIZED VIEW totals AS SELECT customer_id, sum(total) AS total FROM orders GROUP BY customer_id;
CREATE UNIQUE INDEX totals_customer_idx ON totals (customer_id);
`
