// The register as every peer reaches it: undici, mutual TLS, so many kept-alive connections.

import { readFileSync } from "node:fs";
import { Pool } from "undici";

const PATH = "/folkeregisteret/mottak/api/doedsfall_v1";
const HEADERS = {
  accept: "application/xml",
  "content-type": "application/xml; charset=UTF-8",
  "user-agent": "peer",
};

export class Register {
  #pool;

  constructor({ port, pki, connections }) {
    this.#pool = new Pool(`https://localhost:${port}`, {
      connections,
      connect: {
        ca: readFileSync(`${pki}/ca.pem`),
        cert: readFileSync(`${pki}/client.pem`),
        key: readFileSync(`${pki}/client-key.pem`),
      },
    });
  }

  // Resolves with the receipt once the register has taken the document; anything else throws.
  async post(document) {
    const answer = await this.#pool.request({
      path: PATH,
      method: "POST",
      headers: HEADERS,
      body: document,
    });
    const receipt = await answer.body.text();
    if (answer.statusCode !== 202) throw new Error(`answered ${answer.statusCode}`);
    return receipt;
  }

  close() {
    return this.#pool.close();
  }
}
