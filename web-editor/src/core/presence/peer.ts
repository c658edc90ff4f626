// Another person in the document, as a presence value describes them.
import { cleanColor, cleanName, type Person } from "./person";
import type { Place } from "./place";

export interface Peer extends Person {
  id: string;
  // Null for somebody who has not been in the text yet.
  place: Place | null;
}

// Makes a peer of any value.
export function peerFrom(id: string, value: unknown): Peer {
  const isObject = typeof value === "object" && value !== null;
  const fields = (isObject ? value : {}) as Record<string, unknown>;
  return {
    id,
    name: cleanName(fields["name"]) ?? "Anonymous",
    color: cleanColor(fields["color"]),
    place: placeFrom(typeof value === "number" ? { index: value } : fields),
  };
}

const isCount = (value: unknown): value is number =>
  Number.isSafeInteger(value) && Number(value) >= 0;

function placeFrom(fields: Record<string, unknown>): Place | null {
  const { index, backward } = fields;
  const length = fields["length"] ?? 0;
  if (!isCount(index) || !isCount(length)) return null;
  return { index, length, backward: backward === true };
}
