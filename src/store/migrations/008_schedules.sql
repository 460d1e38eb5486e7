-- Console commands that are sent by the clock.
create table schedules (
  id bigint generated always as identity primary key,
  -- Null: all servers.
  server_id text,
  command text not null,
  -- One of the two.
  at timestamptz,
  cron text,
  by_id text not null,
  by_name text not null,
  -- Null: it is over.
  next_run timestamptz,
  last_run timestamptz,
  last_outcome text
);
