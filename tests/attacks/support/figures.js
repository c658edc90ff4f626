// What an attack cost: what is asserted of it, and what is only recorded.

import { appendFileSync } from "node:fs";
import { kTurnSecondsMax, residentBytesMax } from "./limits.js";

const kMiB = 1 << 20;

const inMiB = (bytes) => `${Math.round(bytes / kMiB)} MiB`;
const inMs = (seconds) => `${(seconds * 1e3).toFixed(1)} ms`;

/** The value that 99 of 100 do not exceed, null if there are none. */
export function p99(values) {
  const sorted = [...values].sort((one, two) => one - two);
  return sorted.length === 0 ? null : sorted[Math.ceil(sorted.length * 0.99) - 1];
}

/**
 * What is wrong with how an attack went, a sentence each.
 * @param {object} figures as Field.end() returns them
 * @param {number} memoryMiB the server's budget
 */
export function violations(figures, memoryMiB) {
  const { peakBytes, gaveUp, longestTurn, innocentErrors, acks, ended } = figures;
  const said = innocentErrors.map((error) => `the innocent met: ${error}`);
  if (gaveUp) said.push(`the attack gave up at ${inMiB(peakBytes)}`);
  else if (ended.code !== 0) said.push(`the server ended with ${JSON.stringify(ended)}`);
  if (acks === 0) said.push("nothing of the innocent was acknowledged");
  const most = residentBytesMax(memoryMiB);
  if (peakBytes > most) {
    said.push(`resident ${inMiB(peakBytes)}, more than ${inMiB(most)}`);
  }
  if (longestTurn > kTurnSecondsMax) {
    said.push(`a turn of ${inMs(longestTurn)}, more than ${inMs(kTurnSecondsMax)}`);
  }
  return said;
}

const milliseconds = (value) => (value === null ? "none" : `${value.toFixed(1)} ms`);

/** One line of figures. */
export function describe(figures) {
  return [
    `resident ${inMiB(figures.peakBytes)}`,
    `longest turn ${inMs(figures.longestTurn)}`,
    `ack p99 ${milliseconds(figures.ackP99Ms)}`,
    `sync p99 ${milliseconds(figures.syncP99Ms)}`,
    `open p99 ${milliseconds(figures.openP99Ms)}`,
    `SIGTERM ${milliseconds(figures.sigtermMs)}`,
    `dropped ${figures.dropped}`,
    `received ${inMiB(figures.receivedBytes)}`,
    `sent ${inMiB(figures.sentBytes)}`,
    `written ${inMiB(figures.writtenBytes)}`,
  ].join(", ");
}

/** Whether figures are asked for. */
export const isRecorded = () => process.env.COWRITE_ATTACK_FIGURES !== undefined;

/** Adds the figures to the file that COWRITE_ATTACK_FIGURES names, if it names one. */
export function record(attack, figures) {
  const file = process.env.COWRITE_ATTACK_FIGURES;
  if (file) appendFileSync(file, `${JSON.stringify({ attack, ...figures })}\n`);
}
