-- Bans, also those that are over.
create table bans (
  id bigint generated always as identity primary key,
  account_id text not null,
  name text not null,
  reason text not null,
  evidence text,
  -- Null: for ever.
  until timestamptz,
  by_id text not null,
  by_name text not null,
  at timestamptz not null,
  lifted_at timestamptz,
  -- Null: its time was over.
  lifted_by_id text,
  lifted_by_name text,
  lift_reason text
);
create index on bans (account_id, id);
-- One ban at a time for each account.
create unique index on bans (account_id) where lifted_at is null;

-- What each server is to do about an account, and whether it has done so.
create table ban_states (
  server_id text not null,
  account_id text not null,
  wants_ban boolean not null,
  -- Null while it is to be done.
  applied_at timestamptz,
  -- Why it was not done when it was tried last; JSON.
  trouble text,
  primary key (server_id, account_id)
);
create index on ban_states (account_id);
create index on ban_states (server_id) where applied_at is null;

-- Players whose coming and going staff want to know of.
create table watches (
  account_id text primary key,
  name text not null,
  note text not null,
  by_id text not null,
  -- Of the one who wants to know.
  language text not null,
  at timestamptz not null
);
