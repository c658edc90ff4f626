import { describe, expect, test } from "vitest";
import {
  documentAt,
  documentPath,
  nameProblem,
  randomName,
  rootPath,
} from "../src/common/document-name";
import { when } from "../src/common/when";
import { peerFrom } from "../src/core/presence/peer";
import { cleanColor, cleanName, colorCount, initials } from "../src/core/presence/person";
import { pageAt } from "../src/editor/page";

describe("names of documents", () => {
  test("survive the way through an address", () => {
    for (const name of ["notes", "Grüße & 50%?#", "\u{1f600}", '<img src=x onerror="">', "a.b"])
      for (const path of ["/", "/pad/", "/pad/d/x"])
        expect(documentAt(documentPath(name, path))).toEqual({ name, embedded: false });
    expect(documentAt("/embed/a%20b")).toEqual({ name: "a b", embedded: true });
  });

  test("are found below the root of all pages, wherever a proxy puts it", () => {
    for (const root of ["/", "/pad/", "/d/", "/embed/d/"])
      for (const page of ["", "d/x", "embed/x", "d/d", "embed/embed", "d/%2F"])
        expect(rootPath(root + page), root + page).toBe(root);
  });

  test("in addresses that name none are not guessed", () => {
    for (const path of ["/", "/d/", "/d/a/b", "/d/%E0%A4%A", "/d/a%2Fb", "/d/..", "/x/a", "/d/%00"])
      expect(documentAt(path)).toBeNull();
  });

  test("are refused with a reason", () => {
    expect(nameProblem("")).toBe("Give the document a name.");
    expect(nameProblem("é".repeat(129))).toBe("That name is too long.");
    expect(nameProblem("é".repeat(128))).toBeNull();
    for (const kept of ["__proto__", "constructor", "toString"])
      expect(nameProblem(kept)).toBe("JavaScript keeps that name for itself.");
    expect(nameProblem("prototype")).toBeNull();
  });

  test("made up at random can be used", () => {
    for (let i = 0; i < 100; i++) expect(nameProblem(randomName())).toBeNull();
  });
});

describe("names of people", () => {
  test("are one clean line of at most 64 characters", () => {
    expect(cleanName("  Ada\n\u0000Lovelace ")).toBe("Ada Lovelace");
    expect(cleanName("\u{1f600}".repeat(70))).toBe("\u{1f600}".repeat(64));
    for (const nothing of ["", " \n", null, 7, {}, "\ud83d"]) expect(cleanName(nothing)).toBeNull();
  });

  test("have initials of whole letters", () => {
    expect(initials("Ada King Lovelace")).toBe("AL");
    expect(initials("otter")).toBe("O");
    expect(initials("\u{1f468}\u200d\u{1f469}\u200d\u{1f467} é\u0301x")).toBe(
      "\u{1f468}\u200d\u{1f469}\u200d\u{1f467}É\u0301",
    );
  });

  test("come with a colour of the palette whatever was sent", () => {
    for (const value of [3, -4, 1e15, 2.5, NaN, "red", null]) {
      expect(cleanColor(value)).toBeGreaterThanOrEqual(0);
      expect(cleanColor(value)).toBeLessThan(colorCount);
    }
  });
});

describe("presence of others", () => {
  test("is read from any value", () => {
    expect(peerFrom("a", { index: 3, length: 2, backward: true, name: "Ada", color: 1 })).toEqual({
      id: "a",
      name: "Ada",
      color: 1,
      place: { index: 3, length: 2, backward: true },
    });
    for (const value of [
      true,
      "x",
      [1, 2],
      { index: -1 },
      { index: 1, length: -1 },
      { index: 1e99 },
    ])
      expect(peerFrom("a", value).place).toBeNull();
    expect(peerFrom("a", 4).place?.index).toBe(4);
  });
});

describe("the address of an editor page", () => {
  test("says mode and theme", () => {
    const at = (pathname: string, search = "") => pageAt({ pathname, search });
    expect(at("/embed/a", "?mode=view&theme=dark")).toEqual({
      name: "a",
      embedded: true,
      viewOnly: true,
      theme: "dark",
    });
    expect(at("/d/a", "?mode=edit&theme=pink")).toMatchObject({ viewOnly: false, theme: null });
    expect(at("/nothing")).toBeNull();
  });
});

describe("moments", () => {
  test("are said as people say them", () => {
    const now = Date.UTC(2026, 10, 20, 12);
    const ago = (ms: number) => when(now - ms, now);
    expect(ago(10_000)).toBe("just now");
    expect(ago(5 * 60_000)).toBe("5 minutes ago");
    expect(ago(3 * 3_600_000)).toBe("3 hours ago");
    expect(ago(30 * 3_600_000)).toBe("yesterday");
    expect(ago(40 * 86_400_000)).toMatch(/Oct/);
    expect(ago(400 * 86_400_000)).toMatch(/2025/);
  });
});
