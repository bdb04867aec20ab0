insert into public.orders values (1, 'de'), (2, 'fr'), (3, 'de');
