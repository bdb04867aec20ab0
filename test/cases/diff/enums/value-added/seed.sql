insert into public.t values (1, 'good'), (2, 'bad');
