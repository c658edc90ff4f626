// The server's limits, checked here before anything is sent: an operation that the server refuses
// costs its author what was typed meanwhile.
import type { Text } from "@codemirror/state";
import type { Operation } from "./operation";
import { treeSum } from "./tree-sum";

export const operationBytesMax = 6 << 20; // In its JSON form.
export const operationComponentsMax = 262_144;
export const documentBytesMax = 16 << 20;
export const nameLengthMax = 64;
export const idBytesMax = 256;

const encoder = new TextEncoder();
export const utf8Bytes = (text: string) => encoder.encode(text).length;

const isAscii = (text: string) => !/[^\0-\x7f]/.test(text);

export const documentBytes: (text: Text) => number = treeSum(
  (leaf) => (isAscii(leaf) ? leaf.length : utf8Bytes(leaf)),
  1,
);

// What an operation takes at most in JSON: a character that is escaped takes six bytes.
export function operationBytesAtMost(operation: Operation): number {
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

// Why this operation, which makes this text, cannot be sent; null if it can.
export function refusal(operation: Operation, result: Text): string | null {
  // A UTF-16 unit takes three bytes at most, so most documents need not be measured.
  const size = 3 * result.length <= documentBytesMax ? 0 : documentBytes(result);
  if (size > documentBytesMax) return tooLarge("The document would be", size, documentBytesMax);
  const bytes = operationBytes(operation);
  if (bytes > operationBytesMax) return tooLarge("That change is", bytes, operationBytesMax);
  if (operation.length > operationComponentsMax)
    return "Nothing was changed. That is too many places at once: try it in parts.";
  return null;
}
