// Lines of a chart: what a figure was at the time of each sample.
import { isRestart, type Sample } from "./samples";

// A longer time without a sample is a gap: nobody knows what was in it. A page that nobody sees asks
// every half minute.
export const gapMs = 45_000;

// The times of all points in seconds, and which sample each shows; null makes a gap.
export interface Timeline {
  times: number[];
  samples: (number | null)[];
}

export function timelineOf(samples: readonly Sample[]): Timeline {
  const timeline: Timeline = { times: [], samples: [] };
  samples.forEach((sample, i) => {
    const earlier = samples[i - 1];
    const gap = earlier && sample.at - earlier.at > gapMs;
    if (earlier && (gap || isRestart(earlier.figures, sample.figures))) {
      timeline.times.push((earlier.at + sample.at) / 2000);
      timeline.samples.push(null);
    }
    timeline.times.push(sample.at / 1000);
    timeline.samples.push(i);
  });
  return timeline;
}

// The values of a line. Where nothing is known there is a gap, too.
export function valuesOf(timeline: Timeline, at: (sample: number) => number): (number | null)[] {
  return timeline.samples.map((sample) => {
    const value = sample === null ? NaN : at(sample);
    return Number.isFinite(value) ? value : null;
  });
}
