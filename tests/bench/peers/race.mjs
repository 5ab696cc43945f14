// All sides in turn, round by round, each alone on the machine:
//
//   node race.mjs CONFIG > RESULT     CONFIG and RESULT are JSON; scripts/peers.sh makes the one
//                                     and page.mjs reads the other
//
// CONFIG: place (a folder), side, utboks, simulator, config, schemas, pki, letters; postgres
// {psql, folder, pid}, redis {socket, pid}; loads [{name, count, connections, delay, rounds}];
// sides (names, empty: all).

import { execFileSync } from "node:child_process";
import { mkdirSync, readFileSync, rmSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { cpuOfTree } from "./process.mjs";
import { allSides } from "./sides.mjs";
import { Simulator } from "./simulator.mjs";

const config = JSON.parse(readFileSync(process.argv[2], "utf8"));
const DATABASE = "peers";

const servers = {
  postgres: {
    pid: config.postgres.pid,
    url: `postgresql://utboks@/${DATABASE}?host=${config.postgres.folder}`,
    sql(...statements) {
      const { psql, folder } = config.postgres;
      const words = statements.flatMap((statement) => ["-c", statement]);
      const env = { ...process.env, PGOPTIONS: "-c client_min_messages=warning" };
      execFileSync(psql, ["-qX", "-h", folder, "-U", "utboks", "-d", "postgres", ...words], {
        env,
      });
    },
    empty() {
      this.sql(`DROP DATABASE IF EXISTS ${DATABASE} WITH (FORCE)`, `CREATE DATABASE ${DATABASE}`);
    },
    // What filling left to be written must not be paid by who empties.
    settle() {
      this.sql("CHECKPOINT");
    },
  },
  redis: {
    pid: config.redis.pid,
    empty() {
      execFileSync("redis-cli", ["-s", config.redis.socket, "FLUSHALL"]);
    },
    settle() {},
  },
};

async function cpuOf(server) {
  if (!server) return 0;
  // Until what served the one before has ended: meanwhile it would be counted twice or not.
  await sleep(300);
  return cpuOfTree(server.pid);
}

async function once(side, load) {
  const place = `${config.place}/run`;
  rmSync(place, { recursive: true, force: true });
  mkdirSync(place);
  const { simulator: program, schemas, pki } = config;
  const settings = { program, schemas, pki, place: `${place}/register`, delay: load.delay };
  const simulator = await Simulator.start(settings);
  const server = servers[side.server];
  const run = {
    ...{ place, pki, letters: load.letters, port: simulator.port },
    ...{ count: load.count, connections: load.connections },
    ...{ postgres: servers.postgres.url, redis: config.redis.socket },
  };
  server?.empty();
  await side.fill(run);
  server?.settle();
  execFileSync("sync");

  const serverBefore = await cpuOf(server);
  const worker = side.start(run);
  let before = 0;
  await Promise.race([
    simulator.watch(load.count, () => (before = worker.look().cpu)),
    worker.ended.then(() => sleep(100)),
  ]);
  if (!side.endsAlone) worker.signal("SIGTERM");
  await worker.ended;
  const { cpu, peak, threads } = worker.look();
  const serverCpu = (await cpuOf(server)) - serverBefore;
  const { rate } = await simulator.end(load.count);
  const left = side.left(run);
  if (left !== 0) throw new Error(`${side.title}: ${left} messages are not settled`);
  const per = 1000 / load.count;
  const figures = { rate, cpu: (cpu - before) * per, peak, threads };
  return server ? { ...figures, serverCpu: serverCpu * per } : figures;
}

const sides = allSides(config);
const names = config.sides.length > 0 ? config.sides : Object.keys(sides);
const results = {};
for (const load of config.loads) {
  results[load.name] = Object.fromEntries(names.map((name) => [name, []]));
  for (let round = 0; round < load.rounds; ++round) {
    // Each round begins with another, so that none always follows the same one.
    const order = names.map((_, at) => names[(at + round * 3) % names.length]);
    for (const name of order) {
      const figures = await once(sides[name], load);
      results[load.name][name].push(figures);
      const { rate, cpu, peak } = figures;
      console.error(
        `peers: ${load.name}, round ${round + 1}, ${sides[name].title}: ${rate.toFixed(0)}/s, ` +
          `${cpu.toFixed(3)} s CPU per 1,000, ${peak.toFixed(0)} MB`,
      );
    }
  }
}
const titles = Object.fromEntries(names.map((name) => [name, sides[name].title]));
console.log(JSON.stringify({ titles, loads: config.loads, results }));
