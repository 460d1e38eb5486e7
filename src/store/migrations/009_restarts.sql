-- Restarts of game servers, announced, under way and done.
create table restarts (
  -- Those of one command share it, and the next columns.
  plan_id text not null,
  reason text not null,
  by_id text not null,
  by_name text not null,
  due_at timestamptz not null,
  language text not null,
  -- The card that shows it.
  channel_id text not null,
  message_id text not null,
  server_id text not null,
  -- Its place on the card.
  position int not null,
  state text not null,
  -- Smallest number of minutes that the players were told of.
  told_minutes int,
  -- Why the world was not saved before: a kind of failure, or unconfirmed; null when it was.
  save_failure text,
  -- Written before the server is told to stop, so that it is never told twice.
  exit_at timestamptz,
  down_at timestamptz,
  back_at timestamptz,
  -- Why it is not told to stop, or not back: a kind of failure of its console.
  failure text,
  aborted_by text,
  -- Whether the card shows how it ended.
  is_shown boolean not null default false,
  primary key (plan_id, server_id)
);
-- One at a time for each server.
create unique index on restarts (server_id) where state in ('announced', 'restarting');
create index on restarts (plan_id) where not is_shown;
