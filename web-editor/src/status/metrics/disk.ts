// When the disk will be full, judged by the samples that were seen.
import type { Sample } from "./samples";
import type { Figures } from "./figures";

// A shorter time says more of one flush of RocksDB's than of what is written.
export const observedMsMin = 60_000;

// How fast a figure changes in a second, by the line that fits the samples best (least squares); NaN
// while they span too short a time.
export function trend(samples: readonly Sample[], figure: (figures: Figures) => number): number {
  const [first, last] = [samples[0], samples.at(-1)];
  if (!first || !last || last.at - first.at < observedMsMin) return NaN;
  const times = samples.map(({ at }) => (at - first.at) / 1000);
  const values = samples.map(({ figures }) => figure(figures));
  const mean = (numbers: number[]) => numbers.reduce((sum, x) => sum + x, 0) / numbers.length;
  const [meanTime, meanValue] = [mean(times), mean(values)];
  let [together, alone] = [0, 0];
  times.forEach((time, i) => {
    together += (time - meanTime) * ((values[i] ?? NaN) - meanValue);
    alone += (time - meanTime) ** 2;
  });
  return together / alone;
}

export type Forecast =
  | { kind: "unlimited" } // Documents in memory have no disk.
  | { kind: "full" } // Edits wait already.
  | { kind: "unknown" } // Too few samples yet.
  | { kind: "never" } // The free space does not shrink, or lasts for years.
  | { kind: "in"; seconds: number };

const year = 365 * 86_400;

// When only the reserve is left, since edits then wait.
export function forecast(samples: readonly Sample[]): Forecast {
  const figures = samples.at(-1)?.figures;
  if (!figures) return { kind: "unknown" };
  if (Number.isNaN(figures.diskFreeBytes)) return { kind: "unlimited" };
  if (figures.waitsForDisk) return { kind: "full" };
  const shrinking = -trend(samples, ({ diskFreeBytes }) => diskFreeBytes);
  if (Number.isNaN(shrinking)) return { kind: "unknown" };
  const left = Math.max(0, figures.diskFreeBytes - figures.diskReserveBytes);
  const seconds = left / shrinking;
  return shrinking > 0 && seconds < 2 * year ? { kind: "in", seconds } : { kind: "never" };
}
