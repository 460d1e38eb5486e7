/** Names of game servers without the version behind them. */

import { equal } from "node:assert/strict";
import { withoutVersion } from "../../src/ark/server_name.ts";

Deno.test("withoutVersion() takes off what hosters put behind a name, and nothing else", () => {
  const cases = {
    "Island - (v93.19)": "Island",
    "Island - (v93) ": "Island",
    "My Cluster - Island - (v93.19.2)": "My Cluster - Island",
    " Island ": "Island",
    "Island (v93.19)": "Island (v93.19)",
    "Island - (v93.19) EU": "Island - (v93.19) EU",
    " - (v93.19)": " - (v93.19)",
  };
  for (const [name, expected] of Object.entries(cases)) equal(withoutVersion(name), expected);
});
