// Numbers with their units, as people read them. Each text has about three digits, so that its width
// hardly changes; what is not known is a dash.
const space = "\u00a0";
export const unknown = "–";

const grouped = new Intl.NumberFormat("en", { maximumFractionDigits: 0 });

// Three significant digits.
function digits(value: number): string {
  if (value >= 99.95) return grouped.format(value);
  return value >= 9.995 ? value.toFixed(1) : value.toFixed(2);
}

// In the largest of these units of which there is at least one. REQUIRES: the units ascend.
function inUnits(value: number, units: [string, number][]): string {
  const at = (size: number) => value / size;
  // 999.6 of a unit would be shown as 1,000 of it.
  const [name, size] = units.findLast(([, size]) => at(size) >= 0.9995) ?? units[0] ?? ["", 1];
  return `${digits(at(size))}${space}${name}`;
}

export function count(value: number): string {
  return Number.isFinite(value) ? grouped.format(value) : unknown;
}

export function decimal(value: number): string {
  return Number.isFinite(value) ? digits(value) : unknown;
}

const byteUnits: [string, number][] = ["KiB", "MiB", "GiB", "TiB", "PiB"].map((name, i) => [
  name,
  1024 ** (i + 1),
]);

export function bytes(value: number): string {
  if (!Number.isFinite(value)) return unknown;
  if (Math.abs(value) < 1023.5) return `${grouped.format(value)}${space}B`;
  return value < 0 ? `−${inUnits(-value, byteUnits)}` : inUnits(value, byteUnits);
}

// A time that something took.
export function seconds(value: number): string {
  if (!Number.isFinite(value)) return unknown;
  if (value === 0) return `0${space}ms`;
  if (value < 0.000_999_5) return `${grouped.format(value * 1e6)}${space}µs`;
  return inUnits(value, [
    ["ms", 0.001],
    ["s", 1],
  ]);
}

// How often a second. Less than one in a hundred seconds is not told from nothing.
export function rate(value: number): string {
  if (!Number.isFinite(value)) return unknown;
  return `${value < 0.005 ? "0" : digits(value)}/s`;
}

export function bytesRate(value: number): string {
  return Number.isFinite(value) ? `${bytes(value < 0.5 && value > -0.5 ? 0 : value)}/s` : unknown;
}

export function percent(part: number): string {
  if (!Number.isFinite(part)) return unknown;
  return `${grouped.format(part * 100)}${space}%`;
}

export function times(factor: number): string {
  return Number.isFinite(factor) ? `${digits(factor)}${space}×` : unknown;
}

const spanUnits: [string, string, number][] = [
  ["s", "s", 1],
  ["min", "min", 60],
  ["h", "h", 3600],
  ["day", "days", 86_400],
];

// A long time, in its two largest units: "3 min 20 s", "1 day 4 h".
export function span(value: number): string {
  if (!Number.isFinite(value)) return unknown;
  const whole = Math.max(0, Math.floor(value));
  const largest = Math.max(
    0,
    spanUnits.findLastIndex(([, , size]) => whole >= size),
  );
  let rest = whole;
  const parts: string[] = [];
  for (const [one, many, size] of spanUnits
    .slice(Math.max(0, largest - 1), largest + 1)
    .reverse()) {
    const amount = Math.floor(rest / size);
    rest -= amount * size;
    const needed = amount > 0 || parts.length === 0;
    if (needed) parts.push(`${grouped.format(amount)}${space}${amount === 1 ? one : many}`);
  }
  return parts.join(" ");
}

// The same for what is only estimated: "45 days", "30 h".
export function roughSpan(value: number): string {
  const [one, many, size] = spanUnits.findLast(([, , size]) => value >= 2 * size) ?? ["s", "s", 1];
  const amount = Math.round(value / size);
  return `${grouped.format(amount)}${space}${amount === 1 ? one : many}`;
}

// Without zeros that say nothing: "2.5 ms" for "2.50 ms". What stands at a scale is exact.
export const brief = (text: string) => text.replace(/\.0+(?!\d)|(\.\d*?)0+(?!\d)/, "$1");
