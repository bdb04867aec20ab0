create table public.logs (tenant int not null, at date not null) partition by list (tenant);
create table public.logs_1 partition of public.logs for values in (1);
