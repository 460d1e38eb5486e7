-- Cards on Discord whose buttons must be disabled one day, also when the program was restarted
-- meanwhile. `token` lets a bot edit an answer that only its caller sees; Discord forgets it after
-- 15 minutes.
create table open_cards (
  id text primary key,
  bot text not null,
  channel_id text not null,
  message_id text not null,
  token text,
  language text not null,
  disable_at timestamptz not null
);
create index on open_cards (bot);
