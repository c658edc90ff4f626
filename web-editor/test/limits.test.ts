import { describe, expect, test } from "vitest";
import { retryDelayMs } from "../src/core/connection/retry-delay";
import {
  documentBytes,
  documentBytesMax,
  operationBytesMax,
  operationComponentsMax,
  refusal,
} from "../src/core/document/limits";
import { textOf } from "../src/core/document/operation";
import { words } from "../src/core/document/words";

describe("limits", () => {
  const short = textOf("short");

  test("an operation up to the limit passes, one over it is refused with its size", () => {
    const most = "x".repeat(operationBytesMax - 4);
    expect(refusal([most], short)).toBeNull();
    expect(refusal([`${most}x`], short)).toMatch(/That change is 6\.0 MB/);
    expect(refusal(["\n".repeat(operationBytesMax / 2 - 1)], short)).toMatch(/That change is/);
  });

  test("a document up to the limit passes, one over it is refused", () => {
    const line = `${"é".repeat(100)}
`;
    const most = textOf(line.repeat(Math.floor(documentBytesMax / 201)));
    expect(documentBytes(most)).toBeLessThanOrEqual(documentBytesMax);
    expect(refusal([1], most)).toBeNull();
    expect(refusal([1], textOf(`${most.toString()}${line}`))).toMatch(/document would be 16\.0 MB/);
  });

  test("too many places at once are refused", () => {
    const places = Array.from({ length: operationComponentsMax + 1 }, (_, i) => (i % 2 ? "x" : 1));
    expect(refusal(places, short)).toMatch(/too many places/);
  });
});

describe("counts over the text tree", () => {
  test("equal those of the string", () => {
    const content = "Zwei Wörter\n\n und \u{1f600} mehr\r\n".repeat(500);
    expect(documentBytes(textOf(content))).toBe(Buffer.byteLength(content));
    expect(words(textOf(content))).toBe(content.match(/\S+/gu)?.length);
  });
});

describe("waiting to reconnect", () => {
  test("doubles from a quarter of a second to fifteen, with half of it random", () => {
    expect(retryDelayMs(0, () => 0)).toBe(125);
    expect(retryDelayMs(0, () => 1)).toBe(250);
    expect(retryDelayMs(3, () => 1)).toBe(2_000);
    expect(retryDelayMs(40, () => 0)).toBe(7_500);
    expect(retryDelayMs(40, () => 1)).toBe(15_000);
  });
});
