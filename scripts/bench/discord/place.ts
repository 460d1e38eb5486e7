/** What a client of the Discord bench is told. */

/** Where the local Discord is, and who there is. */
export interface Place {
  readonly apiUrl: string;
  readonly guildId: string;
  readonly bots: readonly { readonly token: string; readonly channelId: string }[];
}
