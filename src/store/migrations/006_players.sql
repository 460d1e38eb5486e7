-- Players who were seen on the game servers.
create table known_players (
  account_id text primary key,
  name text not null,
  server_id text not null,
  seen_at timestamptz not null
);
create index on known_players (seen_at);

-- The message that shows how the servers are; there is only one.
create table status_board (
  is_only boolean primary key default true check (is_only),
  message_id text not null
);
