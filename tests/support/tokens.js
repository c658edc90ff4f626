// Tokens: inserts that can be told apart, so that each can be found again in a text and in a
// history, once.
//
// All are equally long and stand only at the bounds of others, so no insert splits another.

import assert from "node:assert/strict";
import { insert } from "ot-text-unicode";

const kLength = 8;
let count = 0;

export const newToken = () => `<${String(++count).padStart(kLength - 2, "0")}😀`;

/** An operation that inserts the token at one of the bounds of the text. */
export function tokenInsert(random, text, token) {
  const tokens = [...text].length / kLength;
  return insert(random.below(2) * random.below(tokens + 1) * kLength, token);
}

const tokensIn = (text) => text.match(/<\d+😀/gu) ?? [];

/** Every token that was ever inserted, from op messages. */
export const tokensOf = (messages) =>
  messages
    .flatMap(({ op, create }) => op ?? [create?.data])
    .filter((component) => typeof component === "string")
    .flatMap(tokensIn);

/** The tokens of the text and of its history are these, each of them once. */
export function checkOnce(text, messages, tokens) {
  const sorted = [...tokens].sort();
  assert.deepEqual(tokensOf(messages).sort(), sorted, "the history holds each token once");
  assert.deepEqual(tokensIn(text).sort(), sorted, "the text holds each token once");
  assert.equal([...text].length, tokens.length * kLength);
}
