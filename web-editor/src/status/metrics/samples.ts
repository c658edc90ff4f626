// Samples: the figures of the last ten minutes, and how fast they changed.
import type { Figures } from "./figures";
import { between, type Histogram } from "./histogram";

export interface Sample {
  at: number; // In ms, by the clock of whoever asked.
  figures: Figures;
}

export const keptMs = 10 * 60_000;
// The page asks every two seconds; whoever asks oftener gets a shorter history, not a larger one.
export const keptMax = 320;

// Whether another process answered later than earlier. Where the server cannot tell when it was
// started, what it has sent tells: each answer makes it more.
export function isRestart(earlier: Figures, later: Figures): boolean {
  return (
    !Object.is(later.startedAtSeconds, earlier.startedAtSeconds) ||
    later.counters.bytesSent < earlier.counters.bytesSent
  );
}

export class Samples {
  private readonly kept: Sample[] = [];

  get all(): readonly Sample[] {
    return this.kept;
  }

  get latest(): Sample | undefined {
    return this.kept.at(-1);
  }

  // A clock that was set back begins the history anew: how old the samples are is no longer known.
  add(sample: Sample): void {
    if (sample.at <= (this.latest?.at ?? -Infinity)) this.kept.length = 0;
    this.kept.push(sample);
    const old = this.kept.filter(({ at }) => at < sample.at - keptMs).length;
    this.kept.splice(0, Math.max(old, this.kept.length - keptMax));
  }
}

// The last samples up to and with the one at `end`: those within `ms` before it, and in any case the
// one before it, so that a rate is known where samples are rare. All are of one process, since
// another one counts from zero.
export function windowUpTo(samples: readonly Sample[], end: number, ms: number): readonly Sample[] {
  const last = samples[end];
  if (!last) return [];
  let begin = end;
  for (; begin > 0; begin--) {
    const [earlier, later] = [samples[begin - 1], samples[begin]];
    if (!earlier || !later || isRestart(earlier.figures, later.figures)) break;
    if (begin < end && earlier.at < last.at - ms) break;
  }
  return samples.slice(begin, end + 1);
}

const endsOf = (window: readonly Sample[]) => {
  const [first, last] = [window[0], window.at(-1)];
  return first && last && last.at > first.at ? { first, last } : null;
};

// By how much a counter grew in a window; NaN if that is not known.
export function grown(window: readonly Sample[], counter: (figures: Figures) => number): number {
  const ends = endsOf(window);
  if (!ends) return NaN;
  return Math.max(0, counter(ends.last.figures) - counter(ends.first.figures));
}

// The same for each second of the window.
export function perSecond(
  window: readonly Sample[],
  counter: (figures: Figures) => number,
): number {
  const ends = endsOf(window);
  return ends ? (grown(window, counter) * 1000) / (ends.last.at - ends.first.at) : NaN;
}

// What a histogram counted in a window; null if that is not known.
export function countedIn(
  window: readonly Sample[],
  histogram: (figures: Figures) => Histogram,
): Histogram | null {
  const ends = endsOf(window);
  return ends && between(histogram(ends.first.figures), histogram(ends.last.figures));
}
