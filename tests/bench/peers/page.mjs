// The page: page.md, with what was measured put where its {{names}} stand.
//
//   node page.mjs RESULT MACHINE > PAGE

import { readFileSync } from "node:fs";

const read = (path) => readFileSync(path, "utf8");
const { titles, loads, results } = JSON.parse(read(process.argv[2]));
const machine = JSON.parse(read(process.argv[3]));

const OURS = ["utboks-sqlite", "utboks-postgres"];
const FLOORS = ["none", "bare"];
const peers = Object.keys(titles).filter((name) => ![...OURS, ...FLOORS].includes(name));

function median(values) {
  const sorted = values.toSorted((a, b) => a - b);
  const half = Math.floor(sorted.length / 2);
  return sorted.length % 2 === 1 ? sorted[half] : (sorted[half - 1] + sorted[half]) / 2;
}

const figures = {
  rate: { of: (run) => run.rate, show: (value) => value.toFixed(0), better: Math.max },
  cpu: { of: (run) => run.cpu, show: (value) => value.toFixed(3), better: Math.min },
  server: { of: (run) => run.serverCpu, show: (value) => value.toFixed(3), better: Math.min },
  all: {
    of: (run) => run.cpu + (run.serverCpu ?? 0),
    show: (value) => value.toFixed(3),
    better: Math.min,
  },
  peak: { of: (run) => run.peak, show: (value) => value.toFixed(0), better: Math.min },
};

const middle = (load, name, key) => median(results[load][name].map(figures[key].of));

function cell(load, name, key) {
  const values = results[load][name].map(figures[key].of);
  if (values.includes(undefined)) return "–";
  const { show } = figures[key];
  const range = `${show(Math.min(...values))}–${show(Math.max(...values))}`;
  return `**${show(median(values))}** (${range})`;
}

function table(load) {
  const keys = Object.keys(figures);
  const rows = Object.keys(titles).map(
    (name) => `| ${titles[name]} | ${keys.map((key) => cell(load, name, key)).join(" | ")} |`,
  );
  return [
    "| | messages/s | CPU s per 1,000: worker | database or broker | both | worker's memory at most, MB |",
    "|---|---|---|---|---|---|",
    ...rows,
  ].join("\n");
}

// Medians alone, as README shows them.
function summary() {
  const both = (load, name, key) => {
    const value = middle(load, name, key);
    return key === "server" && !results[load][name][0].serverCpu ? "–" : figures[key].show(value);
  };
  const keys = ["rate", "cpu", "server", "peak"];
  const rows = Object.keys(titles).map((name) => {
    const cells = loads.flatMap(({ name: load }) => keys.map((key) => both(load, name, key)));
    return `| ${titles[name]} | ${cells.join(" | ")} |`;
  });
  return [
    "| | messages/s | CPU s per 1,000 | its database's | MB | at 200 ms: messages/s | CPU s | database's | MB |",
    "|---|---|---|---|---|---|---|---|---|",
    ...rows,
  ].join("\n");
}

// Ours beside the best of the peers in each column, whoever that is.
function targets() {
  const rows = [];
  for (const { name: load } of loads) {
    for (const ours of OURS.filter((name) => name in titles)) {
      for (const [key, goal] of Object.entries({ rate: 1, cpu: 1 / 2, all: 1 / 2, peak: 1 / 3 })) {
        const { better, show } = figures[key];
        const best = better(...peers.map((name) => middle(load, name, key)));
        const who = peers.find((name) => middle(load, name, key) === best);
        const mine = middle(load, ours, key);
        const ratio = mine / best;
        const met = key === "rate" ? ratio >= goal : ratio <= goal;
        const sign = key === "rate" ? "≥" : "≤";
        rows.push(
          `| ${load}: ${titles[ours]} | ${NAMES[key]} | ${show(mine)} | ${show(best)} (${titles[who]}) ` +
            `| **${ratio.toFixed(2)}** | ${sign} ${goal.toFixed(2)} | ${met ? "met" : "missed"} |`,
        );
      }
    }
  }
  return [
    "| load | | ours | best of the others | ratio | target | |",
    "|---|---|---|---|---|---|---|",
    ...rows,
  ].join("\n");
}
const NAMES = {
  rate: "messages/s",
  cpu: "CPU of the worker",
  all: "CPU with its database",
  peak: "memory",
};

const put = {
  machine: Object.entries(machine)
    .map(([key, value]) => `| ${key} | ${value} |`)
    .join("\n"),
  rounds: String(loads[0].rounds),
  busy:
    Number(machine["others' load before it ran"]) > 1
      ? "The machine had other work to do at the same time: all rates are low."
      : "",
  summary: summary(),
  targets: peers.length > 0 ? targets() : "",
  ...Object.fromEntries(loads.map(({ name }) => [name, table(name)])),
  ...Object.fromEntries(
    loads.map(({ name, count }) => [`${name}_count`, count.toLocaleString("en")]),
  ),
};
const template = read(new URL("page.md", import.meta.url).pathname);
process.stdout.write(template.replace(/\{\{(\w+)\}\}/g, (_, name) => put[name]));
