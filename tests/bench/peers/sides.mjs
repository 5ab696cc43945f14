// Who takes part, and how each is started. `fill` puts the messages in, `start` begins to send
// them (`endsAlone`: its process ends with the last), `left` throws where one is not settled.

import { execFileSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { Measured } from "./process.mjs";

const WORK = new URL("work.mjs", import.meta.url).pathname;

function peer(title, queue, server) {
  const argv = (what, run) => [process.execPath, WORK, what, queue, JSON.stringify(run)];
  return {
    title,
    server,
    endsAlone: true,
    fill: (run) => new Measured(argv("fill", run)).ended,
    start: (run) => new Measured(argv("drain", run)),
    left: (run) => {
      const [program, ...words] = argv("left", run);
      return Number(execFileSync(program, words, { encoding: "utf8" }));
    },
  };
}

function utboks(title, server, programs) {
  const store = ({ place, postgres }) => (server ? postgres : `sqlite:${place}/outbox.db`);
  const settings = (run) => ({
    UTBOKS_OUTBOX_STORE: store(run),
    UTBOKS_OUTBOX_KEY_FILE: `${run.place}/keys`,
    UTBOKS_SCHEMAS_DIRECTORY: "",
    UTBOKS_REGISTER_BASE_URL: `https://localhost:${run.port}`,
    UTBOKS_REGISTER_ORGANISATION_NUMBER: "100101688",
    UTBOKS_REGISTER_CLIENT_CERTIFICATE: `${run.pki}/client.pem`,
    UTBOKS_REGISTER_CLIENT_KEY: `${run.pki}/client-key.pem`,
    UTBOKS_REGISTER_CA_FILE: `${run.pki}/ca.pem`,
    UTBOKS_DELIVERY_MAX_IN_FLIGHT: String(run.connections),
    UTBOKS_DELIVERY_RATE_LIMIT_PER_MINUTE: "0",
    UTBOKS_LOG_LEVEL: "warning",
  });
  const words = (...more) => [programs.utboks, "--config", programs.config, ...more];
  return {
    title,
    server,
    endsAlone: false,
    fill: (run) =>
      new Measured([programs.side, "fill", store(run), `${run.place}/keys`, String(run.count)])
        .ended,
    start: (run) => new Measured(words("run"), settings(run)),
    left: (run) => {
      const [program, ...rest] = words("--json", "status");
      const env = { ...process.env, ...settings(run) };
      const { states } = JSON.parse(execFileSync(program, rest, { env, encoding: "utf8" }));
      return run.count - (states.accepted ?? 0);
    },
  };
}

function bare(title, programs) {
  return {
    title,
    endsAlone: true,
    fill: async () => {},
    start: ({ port, pki, count, connections }) =>
      new Measured([programs.side, "post", port, pki, count, connections].map(String)),
    left: () => 0,
  };
}

export function allSides(programs) {
  const version = (name) => {
    const file = new URL(`node_modules/${name}/package.json`, import.meta.url);
    return existsSync(file) ? JSON.parse(readFileSync(file, "utf8")).version : "";
  };
  const named = (name) => `${name} ${version(name)}`;
  return {
    "utboks-sqlite": utboks("utboks on SQLite", undefined, programs),
    "utboks-postgres": utboks("utboks on PostgreSQL", "postgres", programs),
    sqlite: peer(`${named("better-sqlite3")} + ${named("undici")}`, "sqlite"),
    graphile: peer(`${named("graphile-worker")}, localQueue`, "graphile", "postgres"),
    pgboss: peer(named("pg-boss"), "pgboss", "postgres"),
    bullmq: peer(named("bullmq"), "bullmq", "redis"),
    none: peer(`undici alone (floor of Node.js)`, "none"),
    bare: bare("Poco's posts alone (floor of C++)", programs),
  };
}
