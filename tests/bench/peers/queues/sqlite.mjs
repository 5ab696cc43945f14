// better-sqlite3, as its guide says (WAL, prepared statements, transactions): what many would
// write themselves. One transaction settles what is done and claims the next 64, so that there is
// one fsync for each batch.

import Database from "better-sqlite3";
import { readLetters } from "../letters.mjs";

const BATCH = 64;

function open({ place }) {
  const db = new Database(`${place}/queue.db`);
  db.pragma("journal_mode = WAL");
  db.pragma("synchronous = FULL");
  return db;
}

export async function fill(run) {
  const db = open(run);
  db.exec(`CREATE TABLE queue (id INTEGER PRIMARY KEY, state INTEGER NOT NULL, body INTEGER);
           CREATE INDEX due ON queue (id) WHERE state = 0;
           CREATE TABLE body (id INTEGER PRIMARY KEY, document TEXT NOT NULL)`);
  const body = db.prepare("INSERT INTO body (id, document) VALUES (?, ?)");
  const queue = db.prepare("INSERT INTO queue (id, state) VALUES (?, 0)");
  db.transaction(() => {
    readLetters(run.letters).forEach((document, at) => {
      body.run(at + 1, document);
      queue.run(at + 1);
    });
  })();
  db.close();
}

export async function drain(run, post) {
  const db = open(run);
  const claim = db.prepare(
    `UPDATE queue SET state = 1
     WHERE id IN (SELECT id FROM queue WHERE state = 0 ORDER BY id LIMIT ${BATCH})
     RETURNING id, (SELECT document FROM body WHERE body.id = queue.id) AS document`,
  );
  const settle = db.prepare("UPDATE queue SET state = 2 WHERE id = ?");
  let waiting = [];
  let done = [];
  let empty = false;
  const turn = db.transaction(() => {
    for (const id of done) settle.run(id);
    done = [];
    const claimed = empty ? [] : claim.all();
    empty = claimed.length === 0;
    waiting = waiting.concat(claimed);
  });
  const sender = async () => {
    for (;;) {
      if (waiting.length === 0 && !empty) turn.immediate();
      const message = waiting.pop();
      if (message === undefined) return;
      await post(message.document);
      done.push(message.id);
    }
  };
  await Promise.all(Array.from({ length: run.connections }, sender));
  turn.immediate();
  db.close();
}

export async function left(run) {
  const db = open(run);
  const { left } = db.prepare("SELECT count(*) AS left FROM queue WHERE state <> 2").get();
  db.close();
  return left;
}
