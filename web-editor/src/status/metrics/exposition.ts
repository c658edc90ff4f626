// Reads Prometheus' text format, in which the server shows its metrics.
export interface Series {
  labels: Record<string, string>;
  value: number;
}

// The series of each metric. A histogram is three metrics, as in the text: NAME_bucket, NAME_sum and
// NAME_count.
export type Metrics = ReadonlyMap<string, Series[]>;

const sampleLine = /^([a-zA-Z_:][a-zA-Z0-9_:]*)(?:\{(.*)\})?[ \t]+(\S+)(?:[ \t]+-?\d+)?$/;
const labelsOnly = /^(?:[a-zA-Z_]\w*="(?:[^"\\]|\\.)*"(?:,|$))*$/;
const eachLabel = /([a-zA-Z_]\w*)="((?:[^"\\]|\\.)*)"/g;

const unescaped = (value: string) =>
  value.replace(/\\(.)/g, (_, letter: string) => (letter === "n" ? "\n" : letter));

function labelsOf(text: string): Record<string, string> | null {
  if (!labelsOnly.test(text)) return null;
  const labels: Record<string, string> = {};
  for (const [, name = "", value = ""] of text.matchAll(eachLabel)) labels[name] = unescaped(value);
  return labels;
}

function numberOf(text: string): number | null {
  if (/^[+-]?Inf$/.test(text)) return text.startsWith("-") ? -Infinity : Infinity;
  const value = Number(text);
  return Number.isNaN(value) && text !== "NaN" ? null : value;
}

// The metrics of a whole answer; null if it is something else, such as the page of a proxy.
export function parseExposition(text: string): Metrics | null {
  const metrics = new Map<string, Series[]>();
  for (const line of text.split("\n")) {
    if (line.trim() === "" || line.startsWith("#")) continue;
    const [, name, labelText, valueText] = sampleLine.exec(line.trimEnd()) ?? [];
    if (name === undefined || valueText === undefined) return null;
    const labels = labelsOf(labelText ?? "");
    const value = numberOf(valueText);
    if (labels === null || value === null) return null;
    const series = metrics.get(name);
    if (series) series.push({ labels, value });
    else metrics.set(name, [{ labels, value }]);
  }
  return metrics;
}
