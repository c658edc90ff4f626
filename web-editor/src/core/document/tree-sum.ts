// A sum over a text, kept per node of CodeMirror's text tree.
//
// A Text is a persistent B-tree: an edit makes new nodes on one path and shares all others. A sum
// that is remembered per node therefore costs O(log n) after an edit, however long the text is.
// Leaves hold whole lines, so no surrogate pair and no word spans two leaves.
import type { Text } from "@codemirror/state";

// `ofLeaf` measures the text of a leaf (lines joined by "\n"), `ofBreak` the line break between two
// leaves.
export function treeSum(ofLeaf: (text: string) => number, ofBreak: number): (text: Text) => number {
  const sums = new WeakMap<Text, number>();
  const sum = (node: Text): number => {
    const known = sums.get(node);
    if (known !== undefined) return known;
    let total: number;
    if (node.children) {
      total = ofBreak * (node.children.length - 1);
      for (const child of node.children) total += sum(child);
    } else {
      total = ofLeaf(node.sliceString(0));
    }
    sums.set(node, total);
    return total;
  };
  return sum;
}
