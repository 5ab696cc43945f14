// The documents that all of them send: a file in which each ends with a NUL.

import { readFileSync } from "node:fs";

export function readLetters(path) {
  return readFileSync(path, "utf8").split("\0").slice(0, -1);
}
