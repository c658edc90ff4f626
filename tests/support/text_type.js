// The text type of the clients: ot-text-unicode, with cowrite's profile of document presence.

import { type } from "ot-text-unicode";

export const kTextUri = type.uri;

const length = (text) => [...text].length;
const isPosition = (value) => Number.isInteger(value) && value >= 0;

function movePosition(position, op, isOwnOp) {
  let at = 0; // Where the walk is in the text as edited so far.
  for (const component of op) {
    if (at > position) break;
    if (typeof component === "number") {
      at += component;
    } else if (typeof component === "string") {
      if (at < position || isOwnOp) position += length(component);
      at += length(component);
    } else {
      const { d } = component;
      position -= Math.min(typeof d === "number" ? d : length(d), position - at);
    }
  }
  return position;
}

/**
 * A presence value after an operation: a position, [anchor, focus], {index, length?, ...} or
 * anything else, which stays.
 */
function transformPresence(value, op, isOwnOp) {
  const move = (position) => movePosition(position, op, isOwnOp);
  if (isPosition(value)) return move(value);
  if (Array.isArray(value) && value.length === 2 && value.every(isPosition)) return value.map(move);
  if (!isPosition(value?.index)) return value;
  const moved = { ...value, index: move(value.index) };
  if (isPosition(value.length)) moved.length = move(value.index + value.length) - moved.index;
  return moved;
}

export const textType = { ...type, transformPresence };
