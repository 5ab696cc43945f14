// The simulated register, and what its journal says of who sent what to it.

import {
  closeSync,
  mkdirSync,
  openSync,
  readFileSync,
  readSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { Measured } from "./process.mjs";

const EVERY = 20; // ms between two looks
const SILENCE = 300; // ms, after which all may have been answered
const PATIENCE = 60_000; // ms, after which nothing more is waited for

export class Simulator {
  #process;
  #seen = 0; // bytes of the journal
  #rest = "";
  #begun = 0;
  #accepted = new Map();
  #first = 0;
  #last = 0;

  static async start({ program, schemas, pki, place, delay }) {
    mkdirSync(place);
    const simulator = new Simulator();
    simulator.journal = `${place}/journal`;
    const scenario = `${place}/scenario.toml`;
    const portFile = `${place}/port`;
    writeFileSync(
      scenario,
      "rate_limit_per_minute = 0\n" + (delay ? `latency = "${delay}ms"\n` : ""),
    );
    simulator.#process = new Measured([
      ...[program, "--listen", "127.0.0.1:0", "--pki", pki, "--schemas", schemas, "--seed", "1"],
      ...["--scenario", scenario, "--journal", simulator.journal, "--port-file", portFile],
      "--no-validate",
    ]);
    for (let tries = 0; !simulator.port; ++tries) {
      if (tries === 500) throw new Error("the simulator does not start");
      await Promise.race([sleep(20), simulator.#process.ended]);
      try {
        simulator.port = Number(readFileSync(portFile, "utf8"));
      } catch {
        // Not yet.
      }
    }
    return simulator;
  }

  #read() {
    const size = statSync(this.journal).size;
    if (size === this.#seen) return;
    const bytes = Buffer.alloc(size - this.#seen);
    const file = openSync(this.journal, "r");
    const count = readSync(file, bytes, 0, bytes.length, this.#seen);
    closeSync(file);
    this.#seen += count;
    const lines = (this.#rest + bytes.toString("utf8", 0, count)).split("\n");
    this.#rest = lines.pop();
    for (const line of lines) this.#note(JSON.parse(line));
  }

  #note({ event, method, mono_ms, accepted, avsendersMeldingsidentifikator: identifier }) {
    if (method !== "POST") return;
    if (event === "begin" && this.#begun++ === 0) this.#first = mono_ms;
    if (event !== "end") return;
    this.#last = mono_ms;
    if (accepted) this.#accepted.set(identifier, (this.#accepted.get(identifier) ?? 0) + 1);
  }

  // Until all `count` have been answered. `look` is called once, when the first request has come.
  // The journal's size is watched: to read it all the while would take from what is measured.
  async watch(count, look) {
    let size = 0;
    for (let quiet = 0; quiet < PATIENCE; quiet += EVERY) {
      await sleep(EVERY);
      const now = statSync(this.journal).size;
      if (now === size) {
        if (size === 0 || quiet % SILENCE !== 0) continue;
        this.#read();
        if (this.#accepted.size >= count) return;
        continue;
      }
      if (size === 0) look();
      size = now;
      quiet = 0;
    }
    throw new Error(`nothing more comes; accepted: ${this.#accepted.size} of ${count}`);
  }

  // Ends it. Throws unless all `count` were accepted, each once.
  async end(count) {
    this.#process.signal("SIGTERM");
    await this.#process.ended;
    this.#read();
    const twice = [...this.#accepted.values()].filter((times) => times > 1).length;
    if (this.#accepted.size !== count || twice > 0 || this.#begun !== count) {
      throw new Error(
        `${this.#begun} sent, ${this.#accepted.size} of ${count} accepted, ${twice} of them twice`,
      );
    }
    return { rate: count / ((this.#last - this.#first) / 1000), cpu: this.#process.look().cpu };
  }
}
