import { describe, expect, test } from "vitest";
import { transformPosition, transformPresence } from "../src/core/document/position";

describe("positions", () => {
  test("an insert before a position moves it, one after it does not", () => {
    expect(transformPosition(3, [1, "xy"], false)).toBe(5);
    expect(transformPosition(3, [4, "xy"], false)).toBe(3);
  });

  test("an insert at the position moves it only for its owner", () => {
    expect(transformPosition(3, [3, "xy"], false)).toBe(3);
    expect(transformPosition(3, [3, "xy"], true)).toBe(5);
  });

  test("an astral character counts once", () => {
    expect(transformPosition(3, ["\u{1f600}"], false)).toBe(4);
  });

  test("a deletion over the position moves it to the deletion's start", () => {
    expect(transformPosition(3, [1, { d: 4 }], false)).toBe(1);
    expect(transformPosition(3, [1, { d: "ab" }], false)).toBe(1);
    expect(transformPosition(3, [3, { d: 2 }], false)).toBe(3);
    expect(transformPosition(9, [1, { d: 2 }, 2, "abc"], false)).toBe(10);
  });
});

describe("presence values", () => {
  test("a selection grows by what is inserted inside it and keeps its other fields", () => {
    const value = { index: 2, length: 4, backward: true, name: "Ada" };
    expect(transformPresence(value, [3, "xy"], false)).toEqual({ ...value, length: 6 });
    expect(transformPresence(value, ["xy"], false)).toEqual({ ...value, index: 4 });
    expect(transformPresence(value, [1, { d: 3 }], false)).toEqual({
      ...value,
      index: 1,
      length: 2,
    });
  });

  test("numbers and pairs are positions, everything else passes unchanged", () => {
    expect(transformPresence(2, ["x"], false)).toBe(3);
    expect(transformPresence([2, 0], ["x"], false)).toEqual([3, 0]);
    for (const opaque of [null, "here", true, { name: "Ada" }, [1, 2, 3], { index: "2" }])
      expect(transformPresence(opaque, ["x"], false)).toEqual(opaque);
  });
});
