alter table visits add note text;

alter table visits
  add length integer default no_such_function();
