-- Players who were seen on the game servers.
create table known_players (
  account_id text primary key,
  name text not null,
  server_id text not null,
  seen_at timestamptz not null
);
create index on known_players (seen_at);
