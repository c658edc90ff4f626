// Scales: from where to where the values of a chart reach, and which of them are marked. A scale has
// round ends, so it seldom changes while the values do.
export interface Scale {
  logarithmic: boolean;
  // Null where there are no values.
  range: (least: number | null, most: number | null) => [number, number];
  ticks: (begin: number, end: number) => number[];
}

// The next larger of 1, 2, 5, 10, 20 ... of the unit below, where each unit is `base` of the last.
export function roundedUp(value: number, base: number): number {
  const unit = base ** Math.floor(Math.log(value) / Math.log(base));
  const power = 10 ** Math.floor(Math.log10(value / unit));
  const digit = [1, 2, 5].find((digit) => digit * power * unit >= value * (1 - 1e-9)) ?? 10;
  return digit * power * unit;
}

// From zero to a round number, and to `end` at least, so that noise does not look like a mountain.
export const roundScale = (end: number, base: number): Scale => ({
  logarithmic: false,
  range: (_, most) => [0, roundedUp(Math.max(most ?? 0, end), base)],
  ticks: (begin, end) => [begin, (begin + end) / 2, end],
});

// As it is written, which 10 ** exponent is not always.
const powerOfTen = (exponent: number) => Number(`1e${exponent}`);

// From one power of ten to another, and over these two at least.
export const decadeScale = (begin: number, end: number): Scale => ({
  logarithmic: true,
  range: (least, most) => [
    powerOfTen(Math.floor(Math.log10(Math.min(least ?? begin, begin)) + 1e-9)),
    powerOfTen(Math.ceil(Math.log10(Math.max(most ?? end, end)) - 1e-9)),
  ],
  ticks: (begin, end) => {
    const [first, last] = [Math.round(Math.log10(begin)), Math.round(Math.log10(end))];
    return Array.from({ length: last - first + 1 }, (_, i) => powerOfTen(first + i));
  },
});
