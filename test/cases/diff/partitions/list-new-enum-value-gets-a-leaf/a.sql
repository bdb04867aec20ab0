create type public.state as enum ('new', 'done');
create table public.jobs (id bigint not null, state public.state not null) partition by list (state);
create table public.jobs_new partition of public.jobs for values in ('new');
create table public.jobs_done partition of public.jobs for values in ('done');
