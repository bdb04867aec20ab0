do $$ begin
  for n in 1..60 loop
    begin
      insert into public.users values (n, 'u' || n, n);
    exception when check_violation then null;
    end;
  end loop;
end $$;
