// Health: whether the server is well, in one word and in sentences. What /healthz says is among it,
// since the metrics have the same facts.
import type { Figures } from "./figures";
import { perSecond, type Sample } from "./samples";
import { bytes, percent, seconds } from "./units";

export type Level = "none" | "good" | "busy" | "bad";

export interface Health {
  level: Level;
  word: string;
  sentence: string;
}

// A loop that leaves less of its core makes everybody on it wait.
export const loopUseMax = 0.9;
// Who types notices a turn that is longer.
export const turnSecondsMax = 0.5;

function diskProblem(figures: Figures): Health | null {
  if (figures.logFailed) {
    const sentence = "The disk has failed: nothing more is saved, and the server ends.";
    return { level: "bad", word: "Disk failed", sentence };
  }
  if (!figures.waitsForDisk) return null;
  const free = `The disk has ${bytes(figures.diskFreeBytes)} free`;
  const sentence = `${free}, less than the reserve: edits wait, reading goes on.`;
  return { level: "bad", word: "Disk low", sentence };
}

function stallProblem(figures: Figures): Health | null {
  const because = "because compaction does not keep up.";
  if (figures.writesStopped)
    return { level: "bad", word: "Writes stopped", sentence: `Edits wait ${because}` };
  if (figures.writesDelayed)
    return { level: "busy", word: "Writes slowed", sentence: `Saving is slowed ${because}` };
  return null;
}

function loopProblem(window: readonly Sample[], figures: Figures): Health | null {
  const uses = figures.loops.map(({ name }, i) => ({
    name,
    use: perSecond(window, ({ loops }) => loops[i]?.processorSeconds ?? NaN),
  }));
  const full = uses.filter(({ use }) => use > loopUseMax).sort((a, b) => b.use - a.use)[0];
  if (full) {
    const sentence = `Loop ${full.name} is too busy: it uses ${percent(full.use)} of a core.`;
    return { level: "busy", word: "Too busy", sentence };
  }
  const slow = figures.loops
    .filter(({ longestTurnSeconds }) => longestTurnSeconds > turnSecondsMax)
    .sort((a, b) => b.longestTurnSeconds - a.longestTurnSeconds)[0];
  if (!slow) return null;
  const held = `Loop ${slow.name} was held up for ${seconds(slow.longestTurnSeconds)}`;
  return { level: "busy", word: "Too busy", sentence: `${held} within the last minute.` };
}

// The gravest first; a server that is well has one sentence, too. REQUIRES: the window is not empty.
export function healthOf(window: readonly Sample[]): Health {
  const figures = window.at(-1)?.figures;
  if (!figures) throw new Error("a health without samples");
  const problems = [
    diskProblem(figures),
    stallProblem(figures),
    loopProblem(window, figures),
  ].filter((problem) => problem !== null);
  const [gravest] = problems;
  if (!gravest) return { level: "good", word: "Well", sentence: "The server is well." };
  return { ...gravest, sentence: problems.map(({ sentence }) => sentence).join(" ") };
}
