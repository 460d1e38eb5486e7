/** What every kind of bot answers. @module */

export const PONG = {
  title: "Pong",
  description: "The rex is on **The Island**, at 43.2 / 57.9, and it is fine.",
};
