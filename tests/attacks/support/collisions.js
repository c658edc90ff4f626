// Strings with one hash, for the hash that GCC's standard library has (MurmurHash64A with a seed
// that everybody knows). It takes eight bytes at a time. Whatever two different blocks have done to
// its state, another two undo it, so each pair of blocks doubles the strings.

const kMask = (1n << 64n) - 1n;
const kFactor = 0xc6a4a7935bd1e995n;
const kSeed = 0xc70f6907n;
const kBlockBytes = 8;
const kPairs = 14; // 224 bytes, which an id may have.

/** The number that undoes a multiplication by kFactor, by Newton's iteration. */
const kInverse = (() => {
  let inverse = kFactor;
  for (let step = 0; step < 6; ++step) inverse = (inverse * (2n - kFactor * inverse)) & kMask;
  return inverse;
})();

const times = (value, factor) => (value * factor) & kMask;
const shift = (value) => value ^ (value >> 47n); // Its own inverse, as 2 * 47 is more than 64.
const mix = (block) => times(shift(times(block, kFactor)), kFactor);
const unmix = (mixed) => times(shift(times(mixed, kInverse)), kInverse);
const absorb = (state, bytes) => times(state ^ mix(bytes.readBigUInt64LE()), kFactor);

const bytesOf = (block) => {
  const bytes = Buffer.alloc(kBlockBytes);
  bytes.writeBigUInt64LE(block);
  return bytes;
};
const isPlain = (bytes) => bytes.every((byte) => byte > 0x20 && byte < 0x7f);
const plainBlock = (random) =>
  Buffer.from(Array.from({ length: kBlockBytes }, () => 0x61 + random.below(26)));

/** Two strings of two blocks that lead from this state to one other. */
function twins(random, state) {
  const [first, second] = [plainBlock(random), plainBlock(random)];
  const difference = absorb(state, first) ^ absorb(state, second);
  for (;;) {
    const tail = plainBlock(random);
    const other = bytesOf(unmix(mix(tail.readBigUInt64LE()) ^ difference));
    if (!isPlain(other)) continue;
    const end = absorb(absorb(state, first), tail);
    return { strings: [`${first}${tail}`, `${second}${other}`], end };
  }
}

/**
 * Different ids such that `before + id` all have one hash.
 * @param {import("../../support/random.js").Random} random
 */
export function collidingIds(random, before, count) {
  const padding = "p".repeat(kBlockBytes - (before.length % kBlockBytes));
  const prefix = Buffer.from(before + padding);
  const length = BigInt(prefix.length + 2 * kPairs * kBlockBytes);
  let state = kSeed ^ times(length, kFactor);
  for (let at = 0; at < prefix.length; at += kBlockBytes) {
    state = absorb(state, prefix.subarray(at, at + kBlockBytes));
  }
  const pairs = Array.from({ length: kPairs }, () => {
    const { strings, end } = twins(random, state);
    state = end;
    return strings;
  });
  return Array.from(
    { length: count },
    (_, index) => padding + pairs.map((strings, pair) => strings[(index >> pair) & 1]).join(""),
  );
}
