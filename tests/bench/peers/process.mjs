// A process that is measured, by what Linux keeps of it in /proc.

import { spawn } from "node:child_process";
import { readFileSync, readdirSync } from "node:fs";

const TICKS = 100; // a second: what Linux shows to programs, on every machine
const EVERY = 20; // ms between two looks

function stat(pid) {
  const text = readFileSync(`/proc/${pid}/stat`, "latin1");
  // The name before it is in brackets and may hold anything.
  const words = text.slice(text.lastIndexOf(")") + 2).split(" ");
  return {
    parent: Number(words[1]),
    own: (Number(words[11]) + Number(words[12])) / TICKS,
    ended: (Number(words[13]) + Number(words[14])) / TICKS,
  };
}

// CPU seconds, user and system, of a server: with its processes that live and those that ended.
export function cpuOfTree(pid) {
  const { own, ended } = stat(pid);
  let sum = own + ended;
  for (const entry of readdirSync("/proc")) {
    if (!/^\d+$/.test(entry)) continue;
    try {
      const child = stat(entry);
      if (child.parent === pid) sum += child.own + child.ended;
    } catch {
      // It ended meanwhile, and its parent's sum has it.
    }
  }
  return sum;
}

// Whoever ends early leaves none of them behind.
const living = new Set();
process.on("exit", () => living.forEach((child) => child.kill("SIGKILL")));
for (const signal of ["SIGINT", "SIGTERM"]) process.on(signal, () => process.exit(1));

export class Measured {
  #child;
  #words = "";
  #last = { cpu: 0, peak: 0, threads: 0 };

  constructor(argv, env = {}) {
    this.name = argv.join(" ").slice(0, 200);
    this.#child = spawn(argv[0], argv.slice(1), {
      stdio: ["ignore", "ignore", "pipe"],
      env: { ...process.env, ...env },
    });
    living.add(this.#child);
    this.#child.stderr.on("data", (data) => (this.#words += data));
    this.ended = new Promise((resolve, reject) => {
      this.#child.on("error", reject);
      this.#child.on("exit", (code, signal) => {
        clearInterval(this.timer);
        living.delete(this.#child);
        if (code === 0) resolve();
        else reject(new Error(`${this.name}: ended with ${code ?? signal}\n${this.#words}`));
      });
    });
    // Whoever waits for it hears of it; until somebody does, it is no crash of ours.
    this.ended.catch(() => {});
    this.timer = setInterval(() => this.look(), EVERY);
  }

  get pid() {
    return this.#child.pid;
  }

  // CPU seconds until now, most memory resident in MB, threads. After the end: of the last look.
  look() {
    try {
      const status = readFileSync(`/proc/${this.pid}/status`, "latin1");
      const kib = (key) => Number(new RegExp(`^${key}:\\s+(\\d+)`, "m").exec(status)?.[1] ?? 0);
      const peak = (kib("VmHWM") * 1024) / 1e6;
      if (peak > 0) this.#last = { cpu: stat(this.pid).own, peak, threads: kib("Threads") };
    } catch {
      // It has ended.
    }
    return this.#last;
  }

  signal(name) {
    this.#child.kill(name);
  }
}
