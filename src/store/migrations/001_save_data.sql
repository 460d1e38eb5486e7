-- What the saves of the game servers hold, as chunks: each `data` is a JSON array of at most 200
-- records, numbered from 0 in the order of the save.
create table save_players (
  server_id text not null,
  chunk_id int not null,
  data jsonb not null,
  last_updated timestamptz not null default now(),
  primary key (server_id, chunk_id)
);
create table save_tribes (like save_players including all);
create table save_bases (like save_players including all);
create table save_structures (like save_players including all);
create table save_tamed (like save_players including all);

-- Marks of work done in the background, such as the last save that was read for a server.
create table background (
  item text primary key,
  detail jsonb not null
);
