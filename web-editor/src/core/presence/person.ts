// How somebody appears to the others: a name and a colour.
import { nameLengthMax } from "../document/limits";

// A colour is the number of a colour in the style sheet's palette, so that no value from the network
// becomes a style.
export const colorCount = 10;

export interface Person {
  name: string;
  color: number;
}

// Makes a name of any value: one line, trimmed, at most nameLengthMax characters. Null if nothing is
// left.
export function cleanName(value: unknown): string | null {
  if (typeof value !== "string") return null;
  const line = value.replace(/[\p{Cc}\p{Zl}\p{Zp}\p{Cs}]+/gu, " ").trim();
  return Array.from(line).slice(0, nameLengthMax).join("").trim() || null;
}

// Makes a colour of any value.
export function cleanColor(value: unknown): number {
  return Number.isInteger(value) ? Math.abs(value as number) % colorCount : 0;
}

const segmenter = new Intl.Segmenter(undefined, { granularity: "grapheme" });

// One or two letters for an avatar: the first letters of the first and of the last word.
export function initials(name: string): string {
  const words = name.split(/\s+/u).filter(Boolean);
  const first = (word: string | undefined) =>
    word === undefined ? "" : ([...segmenter.segment(word)][0]?.segment ?? "");
  const letters = words.length > 1 ? first(words[0]) + first(words.at(-1)) : first(words[0]);
  return letters.toLocaleUpperCase();
}
