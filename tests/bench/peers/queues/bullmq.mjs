// BullMQ, as its guide says: one worker with the concurrency of its connections, what is done is
// taken away.

import { Queue, Worker } from "bullmq";
import { readLetters } from "../letters.mjs";

const QUEUE = "send";

export async function fill({ redis, letters }) {
  const queue = new Queue(QUEUE, { connection: { path: redis } });
  const opts = { removeOnComplete: true };
  const jobs = readLetters(letters).map((document) => ({ name: "send", data: { document }, opts }));
  for (let at = 0; at < jobs.length; at += 1000) await queue.addBulk(jobs.slice(at, at + 1000));
  await queue.close();
}

export async function drain({ redis, connections, count }, post) {
  let ended;
  const all = new Promise((resolve) => (ended = resolve));
  let open = count;
  const worker = new Worker(
    QUEUE,
    async (job) => {
      await post(job.data.document);
    },
    {
      // A worker's connection waits for ever; this is what its guide asks for.
      connection: { path: redis, maxRetriesPerRequest: null },
      concurrency: connections,
    },
  );
  worker.on("completed", () => {
    if (--open === 0) ended();
  });
  worker.on("error", (error) => {
    throw error;
  });
  await all;
  await worker.close();
}

export async function left({ redis }) {
  const queue = new Queue(QUEUE, { connection: { path: redis } });
  const counts = await queue.getJobCounts();
  await queue.close();
  return Object.values(counts).reduce((sum, count) => sum + count, 0);
}
