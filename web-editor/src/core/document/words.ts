// The number of words in a text. A word is a run of anything but white space; for scripts that do
// not put spaces between words, the number of characters, which is shown beside it, says more.
import type { Text } from "@codemirror/state";
import { treeSum } from "./tree-sum";

export const words: (text: Text) => number = treeSum((leaf) => leaf.match(/\S+/gu)?.length ?? 0, 0);
