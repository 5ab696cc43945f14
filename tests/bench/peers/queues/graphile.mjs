// graphile-worker, with what its guide on performance names: localQueue, batched completion.

import { Logger, makeWorkerUtils, run } from "graphile-worker";
import pg from "pg";
import { readLetters } from "../letters.mjs";

const TASK = "send";
const logger = new Logger(() => () => {});

function preset({ postgres, connections }) {
  return {
    worker: {
      connectionString: postgres,
      logger,
      concurrentJobs: connections,
      maxPoolSize: 10,
      localQueue: { size: 2 * connections },
      completeJobBatchDelay: 0,
      failJobBatchDelay: 0,
    },
  };
}

export async function fill({ postgres, letters }) {
  const utils = await makeWorkerUtils({ connectionString: postgres, logger });
  await utils.migrate();
  const jobs = readLetters(letters).map((document) => ({
    identifier: TASK,
    payload: { document },
  }));
  for (let at = 0; at < jobs.length; at += 1000) await utils.addJobs(jobs.slice(at, at + 1000));
  await utils.release();
}

export async function drain(run_, post) {
  let ended;
  const all = new Promise((resolve) => (ended = resolve));
  let open = run_.count;
  const runner = await run({
    preset: preset(run_),
    noHandleSignals: true,
    taskList: {
      [TASK]: async ({ document }) => {
        await post(document);
        if (--open === 0) ended();
      },
    },
  });
  await all;
  await runner.stop();
}

export async function left({ postgres }) {
  const client = new pg.Client({ connectionString: postgres });
  await client.connect();
  const { rows } = await client.query("SELECT count(*)::int AS left FROM graphile_worker.jobs");
  await client.end();
  return rows[0].left;
}
