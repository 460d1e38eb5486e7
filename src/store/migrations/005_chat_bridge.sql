-- Lines of game chat on their way to Discord: stored before they are posted, marked afterwards.
create table chat_lines (
  server_id text not null,
  -- Grows from line to line of a server.
  position bigint not null,
  -- As it stands on Discord; empty for what is not posted.
  content text not null,
  -- The player's line, of a command only its first word, to be found in the game's log; null for
  -- what no player said.
  said text,
  seen_at timestamptz not null,
  -- Position of the first line of the message that this one goes into; null before it is decided.
  batch bigint,
  -- The message that it stands in.
  message_id text,
  posted_at timestamptz,
  primary key (server_id, position)
);
create index on chat_lines (server_id, position) where posted_at is null;

-- What players said by the game's log, which forgets it when it is read: kept until the lines that
-- were missed are in chat_lines.
create table chat_game_logs (
  server_id text primary key,
  lines jsonb not null
);

-- What is known of the bridge to each server.
create table chat_bridges (
  server_id text primary key,
  is_paused boolean not null default false,
  -- When staff were told that another program reads this chat.
  drain_told_at timestamptz
);

-- Messages of members that wait until their server is back.
create table chat_waiting (
  message_id text primary key,
  server_id text not null,
  channel_id text not null,
  author_id text not null,
  author text not null,
  commands jsonb not null,
  -- More was written than the commands hold.
  is_cut boolean not null,
  -- How many of the commands were accepted.
  sent int not null default 0,
  -- Set before a command is sent and taken back after its answer: whoever finds it set after a
  -- crash cannot know whether the game got that command.
  is_sending boolean not null default false,
  written_at timestamptz not null
);

-- Who is not carried over for a while: members of Discord, or players of the game.
create table chat_mutes (
  kind text not null check (kind in ('member', 'player')),
  -- Id of the member, or the player's name in lower case.
  key text not null,
  name text not null,
  until timestamptz not null,
  by_id text not null,
  primary key (kind, key)
);
