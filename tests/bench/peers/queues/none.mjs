// No queue: undici alone, from memory. What nothing written for Node.js can go below.

import { readLetters } from "../letters.mjs";

const NUMBER = /\d{12}(?=<\/avsendersMeldingsidentifikator>)/;

export async function fill() {}

export async function drain({ letters, count, connections }, post) {
  // The same documents, made one by one: a queue does not hold all of them in memory either.
  const first = readLetters(letters)[0];
  let next = 0;
  const sender = async () => {
    while (next < count) await post(first.replace(NUMBER, String(next++).padStart(12, "0")));
  };
  await Promise.all(Array.from({ length: connections }, sender));
}

export async function left() {
  return 0;
}
