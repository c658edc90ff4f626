// Strings with one hash, for the hash that GCC's standard library has (MurmurHash64A with a known
// seed). It takes eight bytes at a time; two neighbouring blocks whose mixed values both differ in
// the highest bit leave the same state, so each pair of blocks doubles the strings.

const kMask = (1n << 64n) - 1n;
const kFactor = 0xc6a4a7935bd1e995n;
const kTopBit = 1n << 63n;
const kBlockBytes = 8;
const kPairs = 14; // 224 bytes, which an id may have.

/** The number that undoes a multiplication by kFactor, by Newton's iteration. */
const kInverse = (() => {
  let inverse = kFactor;
  for (let step = 0; step < 6; ++step) inverse = (inverse * (2n - kFactor * inverse)) & kMask;
  return inverse;
})();

const unshift = (value) => value ^ (value >> 47n); // Its own inverse, as 2 * 47 > 64.
const mix = (block) => (unshift((block * kFactor) & kMask) * kFactor) & kMask;
const unmix = (mixed) => (unshift((mixed * kInverse) & kMask) * kInverse) & kMask;

const bytesOf = (block) => {
  const bytes = Buffer.alloc(kBlockBytes);
  bytes.writeBigUInt64LE(block);
  return bytes;
};
const isPlain = (bytes) => bytes.every((byte) => byte > 0x2f && byte < 0x7f && byte !== 0x5c);

/** Two blocks of plain characters whose mixed values differ in the highest bit alone. */
function twins(random) {
  for (;;) {
    const one = Buffer.from(Array.from({ length: kBlockBytes }, () => 0x61 + random.below(26)));
    const other = bytesOf(unmix(mix(one.readBigUInt64LE()) ^ kTopBit));
    if (isPlain(other)) return [String(one), String(other)];
  }
}

/**
 * Different ids such that `before + id` all have one hash.
 * @param {import("../../support/random.js").Random} random
 */
export function collidingIds(random, before, count) {
  const padding = "p".repeat(kBlockBytes - (before.length % kBlockBytes));
  const [first, second] = [twins(random), twins(random)];
  const pairs = [0, 1].map((choice) => first[choice] + second[choice]);
  return Array.from({ length: count }, (_, index) => {
    const blocks = Array.from({ length: kPairs }, (_, pair) => pairs[(index >> pair) & 1]);
    return padding + blocks.join("");
  });
}
