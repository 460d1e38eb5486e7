-- Restarts of game servers, announced, under way and done.
create table restarts (
  -- Those of one command share it.
  plan_id text not null,
  server_id text not null,
  reason text not null,
  by_id text not null,
  by_name text not null,
  due_at timestamptz not null,
  language text not null,
  -- The card that shows it; null before it is posted.
  channel_id text,
  message_id text,
  state text not null,
  -- Smallest number of minutes that the players were told of.
  told_minutes int,
  stopped_at timestamptz,
  back_at timestamptz,
  primary key (plan_id, server_id)
);
-- One at a time for each server.
create unique index on restarts (server_id) where state in ('announced', 'restarting');
