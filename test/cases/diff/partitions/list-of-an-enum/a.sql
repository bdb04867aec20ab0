create type public.state as enum ('new', 'running', 'done');
create table public.jobs (id bigint not null, state public.state not null) partition by list (state);
create table public.jobs_open partition of public.jobs for values in ('new', 'running');
