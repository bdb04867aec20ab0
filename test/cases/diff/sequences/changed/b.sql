create sequence public.numbers increment -1 minvalue -1000 maxvalue 50 start 5 cache 10;
