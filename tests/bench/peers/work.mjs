// One process of a peer:  node work.mjs fill|drain|left QUEUE RUN
// RUN is JSON: letters, count, place (a folder), postgres, redis, port, pki, connections.

import { Register } from "./register.mjs";

const [what, name, text] = process.argv.slice(2);
const run = JSON.parse(text);
const queue = await import(`./queues/${name}.mjs`);
if (what === "drain") {
  const register = new Register(run);
  await queue.drain(run, (document) => register.post(document));
  await register.close();
} else if (what === "fill") {
  await queue.fill(run);
} else {
  console.log(await queue.left(run));
}
