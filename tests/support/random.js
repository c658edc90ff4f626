// Everything random in the tests comes from a seed, and a failure names it.

import { type } from "ot-text-unicode";

const kAlphabet = [...'abcdefgh \n\t\0"\\é\u0301ßжあ漢', "😀", "🇩🇪", "👨‍👩‍👧", "𝒳", "\u2028", "\r\n"];

export class Random {
  /** @param {number} seed */
  constructor(seed) {
    this.state = seed >>> 0;
  }

  /** A number in [0, 1). */
  next() {
    this.state = (this.state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(this.state ^ (this.state >>> 15), this.state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  }

  /** An integer in [0, bound). */
  below(bound) {
    return Math.floor(this.next() * bound);
  }

  pick(values) {
    return values[this.below(values.length)];
  }

  /** Some text of 1 to `longest` picks: ASCII, accents, astral characters, ZWJ sequences. */
  text(longest) {
    return Array.from({ length: 1 + this.below(longest) }, () => this.pick(kAlphabet)).join("");
  }

  /**
   * A valid operation for the text. Places near the start are likely, so that concurrent ones meet.
   * @param {string} text
   */
  operation(text) {
    const points = [...text];
    const op = [];
    let at = 0;
    for (let edits = 1 + this.below(3); edits > 0; --edits) {
      const skip = this.below(Math.min(points.length - at, this.below(2) ? 4 : 60) + 1);
      op.push(skip);
      at += skip;
      if (this.below(3)) op.push(this.text(4));
      const dropped = Math.min(this.below(5), points.length - at);
      if (dropped && this.below(2)) {
        op.push({ d: this.below(2) ? dropped : points.slice(at, at + dropped).join("") });
        at += dropped;
      }
    }
    return type.normalize(op.filter((component) => component !== 0));
  }
}

/** The seed of a run: COWRITE_SEED, or a fixed one, so that a plain run is reproducible. */
export const kSeed = Number(process.env.COWRITE_SEED ?? 20_241);
