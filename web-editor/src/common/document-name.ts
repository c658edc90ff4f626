// Names of documents. A name is any text that can be a segment of a path and is within the server's
// limits for ids. The server has the same rule (storage/document_name.h).
import { idBytesMax, utf8Bytes } from "../core/document/limits";

// Why a document cannot have this name; null if it can.
export function nameProblem(name: string): string | null {
  if (name === "") return "Give the document a name.";
  if (name === "." || name === "..") return "A name needs more than dots.";
  if (name.includes("/")) return "A name cannot contain “/”.";
  if (utf8Bytes(name) > idBytesMax) return "That name is too long.";
  if (/[\p{Cc}\p{Cs}]/u.test(name)) return "A name cannot have control characters.";
  if (Object.hasOwn(Object.prototype, name)) return "JavaScript keeps that name for itself.";
  return null;
}

// The path of the start page, seen from the path of any page: "/", or below the path at which a proxy
// serves the pages.
export const rootPath = (path: string) => path.replace(/(?:(?:d|embed)\/[^/]+|[^/]*)$/, "");

export const documentPath = (name: string, path = location.pathname) =>
  `${rootPath(path)}d/${encodeURIComponent(name)}`;

export interface DocumentAddress {
  name: string;
  embedded: boolean;
}

// The document that a path that ends in /d/NAME or /embed/NAME names; null if it names none.
export function documentAt(path: string): DocumentAddress | null {
  const match = /\/(d|embed)\/([^/]+)$/.exec(path);
  if (!match?.[2]) return null;
  try {
    const name = decodeURIComponent(match[2]);
    return nameProblem(name) === null ? { name, embedded: match[1] === "embed" } : null;
  } catch {
    return null; // Not percent-encoded UTF-8.
  }
}

const qualities = [
  "amber brisk calm clear cosy early fair gentle golden green happy hazel kind lively",
  "lucky mellow misty patient plain quiet silver smooth sunny swift tidy warm",
].flatMap((line) => line.split(" "));
const things = [
  "anchor atlas bridge brook canvas cedar cloud coast comet ember field garden harbor",
  "island juniper lantern letter maple meadow notebook orchard pebble pencil river",
  "sketch summit willow window",
].flatMap((line) => line.split(" "));

// Makes a name that is easy to read out and unlikely to exist already.
export function randomName(random = Math.random): string {
  const pick = (words: string[]) => words[Math.floor(random() * words.length)] ?? "";
  return `${pick(qualities)}-${pick(things)}-${100 + Math.floor(random() * 900)}`;
}
