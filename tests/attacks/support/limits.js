// What an attack may cost, and how large the attacks are.

const kMiB = 1 << 20;

/** Whether the server has sanitizers in it, which take time, memory and address space. */
export const kSanitized = process.env.COWRITE_SANITIZED === "1";

/** Sizes the attacks: 1, or a part of it for slower builds. */
const kScale = Number(process.env.COWRITE_ATTACK_SCALE ?? (kSanitized ? 0.2 : 1));

/** So many, at the scale of this run. */
export const scaled = (count) => Math.max(1, Math.round(count * kScale));

/**
 * Memory of the whole process: the budget that it is started with, and beside it the program, the
 * threads, the sockets and all that has budgets of its own.
 */
export const kMemoryMiB = 256;
const kBesideMiB = kSanitized ? 1024 : 128;
export const residentBytesMax = (memoryMiB) => (memoryMiB + kBesideMiB) * kMiB;

/** With more, an attack gives up before it swamps the machine that it runs on. */
export const kGiveUpBytes = 3072 * kMiB;

/**
 * Processor time of one turn of a loop. It is counted where the machine is slow, or shares its
 * cores and caches with others, so a multiple of it is allowed.
 */
const kTurnSeconds = 0.02;
const kSlowMachine = Number(process.env.COWRITE_ATTACK_SLOWNESS ?? (kSanitized ? 20 : 2));
export const kTurnSecondsMax = kTurnSeconds * kSlowMachine;

/** Where figures are asked for, an attack holds on until the innocent has written so many letters: the p99 of fewer is the slowest of all. */
export const kLettersOfFigure = 200;

/** Hangs, not slowness, end there. */
export const kAttackMs = 90_000;
export const kInnocentMs = 60_000;
export const kStopMs = 60_000;

/** Attackers come from another address than the innocent. */
export const kInnocentAddress = "127.0.0.1";
export const kAttackerAddress = "127.0.0.2";
