// An innocent client: it writes a small document, a letter at a time, and now and then opens one of
// 100 KB that nobody has opened since the server began.

import assert from "node:assert/strict";
import { setTimeout as pause } from "node:timers/promises";
import { within } from "../../support/deadline.js";
import { creation, kCollection as c, opMessage, textSnapshot } from "../../support/documents.js";
import { RawClient } from "../../support/raw_client.js";
import { kInnocentAddress, kInnocentMs } from "./limits.js";

// The pace of a quick typist with a busy mouse.
const kBetweenLettersMs = 10;
const kBetweenOpeningsMs = 150;

const kNote = "innocent-note";
export const kOpenedDocuments = 60;
export const kOpenedText = "innocent\n".repeat(11_378);
export const openedId = (number) => `innocent-${number}`;

const socket = { localAddress: kInnocentAddress };

export class Innocent {
  #going = true;
  #version = 0;
  #acks = []; // In milliseconds, like the openings.
  #openings = [];
  #errors = [];

  static async start(server) {
    const innocent = new Innocent();
    innocent.writer = await RawClient.connect(server, { socket });
    innocent.reader = await RawClient.connect(server, { socket });
    await innocent.#write(creation(""));
    innocent.parts = [innocent.#type(), innocent.#open()];
    return innocent;
  }

  async #ask(client, message) {
    const began = performance.now();
    client.send(message);
    const answer = await within(client.next(), `an answer to ${message.a}`, kInnocentMs);
    assert.equal(answer.error, undefined, JSON.stringify(answer.error));
    return { answer, milliseconds: performance.now() - began };
  }

  async #write(change) {
    const message = opMessage(kNote, this.#version, this.#version + 1, change);
    const { answer, milliseconds } = await this.#ask(this.writer, message);
    assert.equal(answer.v, this.#version++);
    return milliseconds;
  }

  /** Does something again and again; what goes wrong is told at the end. */
  async #repeat(betweenMs, act) {
    try {
      while (this.#going) {
        await act();
        await pause(betweenMs);
      }
    } catch (error) {
      this.#errors.push(error.message);
    }
  }

  #type() {
    return this.#repeat(kBetweenLettersMs, async () => {
      const op = this.#version === 1 ? ["x"] : [this.#version - 1, "x"];
      this.#acks.push(await this.#write({ op }));
    });
  }

  #open() {
    let opened = 0;
    return this.#repeat(kBetweenOpeningsMs, async () => {
      const d = openedId(opened++ % kOpenedDocuments);
      const { answer, milliseconds } = await this.#ask(this.reader, { a: "f", c, d, v: null });
      assert.deepEqual(answer.data, textSnapshot(1, kOpenedText));
      this.#openings.push(milliseconds);
    });
  }

  /** Nothing that was acknowledged is lost. */
  async #compare() {
    const request = { a: "f", c, d: kNote, v: null };
    const { answer } = await this.#ask(this.reader, request);
    assert.deepEqual(answer.data, textSnapshot(this.#version, "x".repeat(this.#version - 1)));
  }

  /** Resolves when so many of its letters were acknowledged. */
  async written(letters) {
    while (this.#acks.length < letters && this.#errors.length === 0) await pause(kBetweenLettersMs);
  }

  /** Ends it; resolves to how it fared. */
  async finish() {
    this.#going = false;
    await Promise.all(this.parts);
    if (this.#errors.length === 0) {
      await this.#compare().catch((error) => this.#errors.push(error.message));
    }
    return { acks: this.#acks, openings: this.#openings, errors: this.#errors };
  }
}
