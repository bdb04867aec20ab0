create sequence public.numbers start 5;
