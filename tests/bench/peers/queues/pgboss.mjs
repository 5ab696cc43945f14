// pg-boss, with what its guide names for throughput: batches, several workers in the process, and
// no pause while batches come back full.

import { PgBoss } from "pg-boss";
import pg from "pg";
import { readLetters } from "../letters.mjs";

const QUEUE = "send";
const BATCH = 64;

async function start({ postgres }, background) {
  const boss = new PgBoss({ connectionString: postgres, supervise: background, schedule: false });
  boss.on("error", (error) => {
    throw error;
  });
  await boss.start();
  return boss;
}

export async function fill(run) {
  const boss = await start(run, false);
  await boss.createQueue(QUEUE);
  const jobs = readLetters(run.letters).map((document) => ({ data: { document } }));
  for (let at = 0; at < jobs.length; at += 1000)
    await boss.insert(QUEUE, jobs.slice(at, at + 1000));
  await boss.stop();
}

export async function drain(run, post) {
  const boss = await start(run, true);
  let ended;
  const all = new Promise((resolve) => (ended = resolve));
  let open = run.count;
  const options = {
    batchSize: BATCH,
    // One batch is under way while another is settled and fetched.
    localConcurrency: run.connections / BATCH + 1,
    burstWhenBatchFull: true,
    pollingIntervalSeconds: 0.5,
  };
  await boss.work(QUEUE, options, async (jobs) => {
    await Promise.all(jobs.map((job) => post(job.data.document)));
    open -= jobs.length;
    if (open === 0) ended();
  });
  await all;
  await boss.stop();
}

export async function left({ postgres }) {
  const client = new pg.Client({ connectionString: postgres });
  await client.connect();
  const { rows } = await client.query(
    "SELECT count(*)::int AS left FROM pgboss.job WHERE name = $1 AND state <> 'completed'",
    [QUEUE],
  );
  await client.end();
  return rows[0].left;
}
