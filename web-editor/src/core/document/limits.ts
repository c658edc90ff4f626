// The server's limits. They are checked here before anything is sent, because the refusal of an
// operation costs its author what was typed meanwhile.
import type { Text } from "@codemirror/state";
import { isSurrogate } from "./code-points";
import type { Operation } from "./operation";
import { treeSum } from "./tree-sum";

export const operationBytesMax = 6 << 20; // In its JSON form.
export const operationComponentsMax = 262_144;
export const documentBytesMax = 16 << 20;
export const nameLengthMax = 64;
export const idBytesMax = 256;

const isAscii = (text: string) => !/[^\0-\x7f]/.test(text);

// A surrogate takes two bytes, since a pair takes four.
export function utf8Bytes(text: string): number {
  if (isAscii(text)) return text.length;
  let bytes = 0;
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i);
    bytes += unit < 0x80 ? 1 : unit < 0x800 || isSurrogate(unit) ? 2 : 3;
  }
  return bytes;
}

export const documentBytes: (text: Text) => number = treeSum(utf8Bytes, 1);

// An upper bound of an operation's size in JSON: an escaped character takes six bytes.
function operationBytesAtMost(operation: Operation): number {
  let bytes = 2;
  for (const component of operation)
    bytes += typeof component === "string" ? 3 + 6 * component.length : 24;
  return bytes;
}

export function operationBytes(operation: Operation): number {
  const atMost = operationBytesAtMost(operation);
  return atMost <= operationBytesMax ? atMost : utf8Bytes(JSON.stringify(operation));
}

const megabytes = (bytes: number) => `${(bytes / (1 << 20)).toFixed(1)} MB`;

const tooLarge = (what: string, bytes: number, most: number) =>
  `Nothing was changed. ${what} ${megabytes(bytes)} large, and the most is ${megabytes(most)}.`;

// Why this operation cannot be sent; null if it can. `result` is the text that it makes.
export function refusal(operation: Operation, result: Text): string | null {
  // A UTF-16 unit takes at most three bytes, so most documents need not be measured.
  const size = 3 * result.length <= documentBytesMax ? 0 : documentBytes(result);
  if (size > documentBytesMax) return tooLarge("The document would be", size, documentBytesMax);
  const bytes = operationBytes(operation);
  if (bytes > operationBytesMax) return tooLarge("That change is", bytes, operationBytesMax);
  if (operation.length > operationComponentsMax)
    return "Nothing was changed. That is too many places at once: try it in parts.";
  return null;
}
