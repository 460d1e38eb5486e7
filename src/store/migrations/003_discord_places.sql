-- Categories, channels and threads that the bots made, found again by id whatever their names.
create table discord_places (
  key text primary key,
  id text not null,
  name text not null
);
