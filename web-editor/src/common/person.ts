// Who one is to the others: a name and a colour. Until one says otherwise, an anonymous animal.
import { nameLengthMax } from "../document/limits";
import { recall, remember } from "./storage";

// Colours are numbers of the style sheet's palette, so that nothing from others becomes a style.
export const colorCount = 10;

const animals = [
  "Otter Heron Lynx Badger Puffin Marten Fox Owl Hare Seal Wren Ibex Crane Beaver Finch",
  "Moose Panda Gecko Koala Lemur Newt Orca Plover Quail Robin Stoat Tapir Vole Walrus",
  "Yak",
].flatMap((line) => line.split(" "));

export interface Person {
  name: string;
  color: number;
}

// A name as it may come from anybody: one line, trimmed, not too long; null if nothing is left.
export function cleanName(value: unknown): string | null {
  if (typeof value !== "string") return null;
  const line = value.replace(/[\p{Cc}\p{Zl}\p{Zp}\p{Cs}]+/gu, " ").trim();
  return Array.from(line).slice(0, nameLengthMax).join("").trim() || null;
}

export function cleanColor(value: unknown): number {
  return Number.isInteger(value) ? Math.abs(value as number) % colorCount : 0;
}

export function storedPerson(): Person {
  const name = cleanName(recall("name"));
  const color = Number.parseInt(recall("color") ?? "", 10);
  const person = {
    name: name ?? `Anonymous ${animals[Math.floor(Math.random() * animals.length)] ?? "Otter"}`,
    color: Number.isNaN(color) ? Math.floor(Math.random() * colorCount) : cleanColor(color),
  };
  if (name === null) rememberPerson(person);
  return person;
}

export function rememberPerson(person: Person): void {
  remember("name", person.name);
  remember("color", String(person.color));
}

const segmenter = new Intl.Segmenter(undefined, { granularity: "grapheme" });

// One or two letters for an avatar: of the first and the last word.
export function initials(name: string): string {
  const words = name.split(/\s+/u).filter(Boolean);
  const first = (word: string | undefined) =>
    word === undefined ? "" : ([...segmenter.segment(word)][0]?.segment ?? "");
  const letters = words.length > 1 ? first(words[0]) + first(words.at(-1)) : first(words[0]);
  return letters.toLocaleUpperCase();
}
