/**
 * What a check of the installation found, for the doctor to print.
 * @module
 */

/** One thing that was looked at. Texts hold no secrets. */
export interface Finding {
  /** What was looked at. */
  readonly name: string;
  /** `off` is not used here, which is no mistake. */
  readonly state: "ok" | "off" | "failed";
  /** What was found. */
  readonly text: string;
  /** What to do now, exactly; for `failed`. */
  readonly remedy?: string;
}
