// Histograms, as a server counts them from its start, and what can be said of a part of that time.
export interface Histogram {
  // The upper bounds of the buckets; they ascend, and the last one is Infinity.
  bounds: number[];
  // How many values were at most as large as each bound.
  cumulative: number[];
}

export const totalOf = (histogram: Histogram) => histogram.cumulative.at(-1) ?? 0;

// What was counted between two readings of one process. A reading that is lower than the earlier one
// is that of a process that began anew, and all of it is later. REQUIRES: both have the same bounds.
export function between(earlier: Histogram, later: Histogram): Histogram {
  const beganAnew = totalOf(later) < totalOf(earlier);
  if (beganAnew || earlier.bounds.length !== later.bounds.length) return later;
  // Buckets are read one after another while the server counts, so a lower one may be ahead of a
  // higher one by what came meanwhile; a cumulative count never falls.
  let least = 0;
  const cumulative = later.cumulative.map((count, i) => {
    least = Math.max(least, count - (earlier.cumulative[i] ?? 0));
    return least;
  });
  return { bounds: later.bounds, cumulative };
}

// The value that this part of all values does not exceed, taken as evenly spread within its bucket,
// as Prometheus' histogram_quantile() does it. NaN if nothing was counted. Beyond the last finite
// bound nothing is known, and the answer is that bound.
export function quantile({ bounds, cumulative }: Histogram, part: number): number {
  const total = cumulative.at(-1) ?? 0;
  if (total === 0) return NaN;
  const rank = part * total;
  const bucket = cumulative.findIndex((count) => count >= rank && count > 0);
  const upper = bounds[bucket] ?? Infinity;
  const lower = bounds[bucket - 1] ?? 0;
  if (upper === Infinity) return lower;
  const before = cumulative[bucket - 1] ?? 0;
  const inside = (cumulative[bucket] ?? 0) - before;
  return lower + (upper - lower) * Math.max(0, (rank - before) / inside);
}

export const lastFiniteBound = ({ bounds }: Histogram) => bounds.at(-2) ?? NaN;
