/**
 * Our own lines as they come back in a server's chat. They tell two things that nothing else does:
 * that another program reads the same chat, when they are missing, and that the server shows signs
 * that are not ASCII as `?`. Reads and sends nothing.
 * @module
 */

/** What is expected to come back from one server. */
export interface Echoes {
  /** Notes a ServerChat that the game accepted. */
  expect(command: string): void;
  /**
   * Whether a text that the chat has behind `SERVER:` is one of ours; that one is no longer
   * expected.
   */
  heard(text: string): boolean;
  /** To be called after every successful look at the chat, and after `heard` for all its lines. */
  looked(now: { readonly playersOnline: number }): void;
  /** Drops what is expected: after a lost connection or answer nobody can know what became of it. */
  forget(): void;
  /** Whether another program seems to read this chat. */
  readonly isDrained: boolean;
  /** Whether signs that are not ASCII came back as `?`; once learned it stays. */
  readonly learnedAscii: boolean;
}

/** More are not remembered; the oldest are dropped. */
const MOST_EXPECTED = 100;

/** A look may have begun before the line was noted; two more surely began afterwards. */
const LOOKS = 3;

/**
 * So many times in a row, with nothing of ours heard between, until another program is suspected.
 * A single time may be an admin who called GetChat by hand.
 */
const SUSPICIOUS = 2;

interface Expected {
  readonly text: string;
  looks: number;
}

/** Nothing is expected yet. */
export function openEchoes(): Echoes {
  let expected: Expected[] = [];
  let missedInARow = 0;
  let learnedAscii = false;

  function forget(): void {
    expected = [];
    missedInARow = 0;
  }

  return {
    forget,
    expect(command) {
      expected.push({ text: command.replace(/^ServerChat /i, ""), looks: 0 });
      if (expected.length > MOST_EXPECTED) expected.shift();
    },
    heard(text) {
      const line = text.split("\n", 1)[0]!.trimEnd(); // others' unknown lines may follow
      let at = expected.findIndex((echo) => echo.text === line);
      if (at < 0) {
        at = expected.findIndex((echo) => isInAscii(line, echo.text));
        if (at < 0) return false;
        learnedAscii = true;
      }
      expected.splice(at, 1);
      missedInARow = 0;
      return true;
    },
    looked({ playersOnline }) {
      if (playersOnline === 0) return forget(); // a line that nobody could see proves nothing
      for (const echo of expected) echo.looks++;
      const open = expected.filter(({ looks }) => looks < LOOKS);
      // One foreign GetChat takes all that was said since our last look: it counts once.
      if (open.length < expected.length) missedInARow++;
      expected = open;
    },
    get isDrained() {
      return missedInARow >= SUSPICIOUS;
    },
    get learnedAscii() {
      return learnedAscii;
    },
  };
}

/**
 * Whether a server made `heard` of `said` by putting `?` for what is not ASCII: one for a sign, or
 * one for each of its bytes or halves.
 *
 * Source: ark-rcon Q9.
 */
function isInAscii(heard: string, said: string): boolean {
  const foreign = /[^\0-\x7f]/;
  const folded = (text: string) => text.replace(/[^\0-\x3e\x40-\x7f]+/g, "?");
  return !foreign.test(heard) && foreign.test(said) && folded(heard) === folded(said);
}
