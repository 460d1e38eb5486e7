-- Console commands that are sent by the clock.
create table schedules (
  id bigint generated always as identity primary key,
  -- Null: all servers.
  server_id text,
  command text not null,
  -- Null: it is sent once.
  cron text,
  by_id text not null,
  by_name text not null,
  -- Null: it is over.
  next_run timestamptz,
  -- Of a missed one when it should have run.
  last_run timestamptz,
  last_outcome text check (last_outcome in ('done', 'failed', 'unknown', 'missed')),
  last_error text
);
create index on schedules (next_run) where next_run is not null;
