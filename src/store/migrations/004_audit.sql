-- What staff did to the game servers. Rows are added and never changed.
create table audit (
  id bigint generated always as identity primary key,
  -- Made by the program, so that an act whose writing was not confirmed can be written again.
  act_id text not null unique,
  at timestamptz not null,
  actor_id text,
  actor_name text not null,
  what text not null,
  target text not null,
  server_id text,
  outcome text not null,
  reason text
);
create index on audit (at);
create function refuse_change() returns trigger language plpgsql as $$
begin
  raise exception 'the audit is only ever added to';
end $$;
create trigger audit_is_append_only before update or delete or truncate on audit
  execute function refuse_change();
