/**
 * The nouns of the game that several folders speak of. Knows no file format, no database and no
 * Discord.
 * @module
 */

/** A place in a map, in Unreal units (centimetres), as the save stores it. */
export interface Position {
  readonly x: number;
  readonly y: number;
  readonly z: number;
}
