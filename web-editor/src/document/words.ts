// The number of words in a text: runs of anything but white space. In scripts that do not put
// spaces between words the number of characters, shown beside it, says more.
import type { Text } from "@codemirror/state";
import { treeSum } from "./tree-sum";

export const words: (text: Text) => number = treeSum((leaf) => leaf.match(/\S+/gu)?.length ?? 0, 0);
