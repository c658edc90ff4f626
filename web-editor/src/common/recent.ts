// The documents that were opened in this browser; the last one opened comes first.
import { nameProblem } from "./document-name";
import { recall, remember } from "./storage";

const keptMax = 12;

export interface Recent {
  name: string;
  openedAt: number; // Milliseconds since 1970.
}

function isRecent(value: unknown): value is Recent {
  if (typeof value !== "object" || value === null) return false;
  const { name, openedAt } = value as Partial<Record<keyof Recent, unknown>>;
  return typeof name === "string" && nameProblem(name) === null && typeof openedAt === "number";
}

export function recentDocuments(): Recent[] {
  try {
    const stored: unknown = JSON.parse(recall("recent") ?? "[]");
    return Array.isArray(stored) ? stored.filter(isRecent) : [];
  } catch {
    return [];
  }
}

export function rememberDocument(name: string, openedAt: number): void {
  const others = recentDocuments().filter((recent) => recent.name !== name);
  remember("recent", JSON.stringify([{ name, openedAt }, ...others].slice(0, keptMax)));
}

export function forgetDocument(name: string): void {
  const others = recentDocuments().filter((recent) => recent.name !== name);
  remember("recent", JSON.stringify(others));
}
