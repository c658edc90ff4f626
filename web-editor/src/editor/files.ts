// Files that are dropped on the text or pasted into it: texts in UTF-8 are put in, and of all others
// is said why they are not.
import type { Extension } from "@codemirror/state";
import { EditorView } from "@codemirror/view";
import { documentBytesMax } from "../core/document/limits";

type Refused = (reason: string) => void;

const notText = "not text in UTF-8";

// So many are named in the sentence about those that were refused.
const namedMax = 4;

// A file's name with its text, or with what it is instead.
interface Outcome {
  name: string;
  text?: string;
  problem?: string;
}

export function fileHandlers(onRefused: Refused): Extension {
  return EditorView.domEventHandlers({
    drop: (event, view) => {
      const files = filesIn(event.dataTransfer);
      if (files.length === 0) return false;
      event.preventDefault();
      if (view.state.readOnly) return true;
      const at = view.posAtCoords({ x: event.clientX, y: event.clientY }, false);
      view.focus();
      view.dispatch({ selection: { anchor: at }, userEvent: "select.pointer" });
      void putIn(view, files, onRefused);
      return true;
    },
    paste: (event, view) => {
      const data = event.clipboardData;
      const files = data?.getData("text/plain") ? [] : filesIn(data);
      if (files.length === 0 || view.state.readOnly) return false;
      event.preventDefault();
      void putIn(view, files, onRefused);
      return true;
    },
  });
}

// A browser opens a file that is dropped beside the text, instead of the page.
export function refuseFilesBeside(view: EditorView): void {
  for (const type of ["dragover", "drop"] as const)
    addEventListener(type, (event) => {
      const { dataTransfer, target } = event;
      if (!dataTransfer?.types.includes("Files")) return;
      event.preventDefault();
      const isOverText = target instanceof Node && view.contentDOM.contains(target);
      if (!isOverText || view.state.readOnly) dataTransfer.dropEffect = "none";
    });
}

// The files and folders in it. It can be asked during its event only.
function filesIn(data: DataTransfer | null): (File | { name: string })[] {
  return [...(data?.items ?? [])].flatMap((item) => {
    const entry = item.kind === "file" ? item.webkitGetAsEntry() : null;
    if (entry?.isDirectory) return [{ name: entry.name }];
    return item.getAsFile() ?? [];
  });
}

async function read(file: File | { name: string }): Promise<Outcome> {
  const { name } = file;
  if (!(file instanceof File)) return { name, problem: "a folder" };
  if (file.size > documentBytesMax) return { name, problem: "too large" };
  const bytes = await file.arrayBuffer().catch(() => null);
  if (bytes === null) return { name, problem: "not readable" };
  try {
    const text = new TextDecoder("utf-8", { fatal: true }).decode(bytes);
    return text.includes("\0") ? { name, problem: notText } : { name, text };
  } catch {
    return { name, problem: notText };
  }
}

async function putIn(
  view: EditorView,
  files: (File | { name: string })[],
  onRefused: Refused,
): Promise<void> {
  const outcomes = await Promise.all(files.map(read));
  const refused = outcomes.filter(({ problem }) => problem !== undefined);
  if (refused.length > 0) onRefused(sentence(refused));
  const texts = outcomes.flatMap(({ text }) => (text === undefined ? [] : [text]));
  if (texts.length === 0) return;
  const { state } = view;
  view.dispatch({
    ...state.replaceSelection(state.toText(texts.join("\n"))),
    userEvent: "input.drop",
    scrollIntoView: true,
  });
}

function sentence(refused: Outcome[]): string {
  const named = refused.slice(0, namedMax).map(({ name, problem }) => `${name} (${problem ?? ""})`);
  const more = refused.length - named.length;
  return `Not put in: ${named.join(", ")}${more > 0 ? `, and ${more} more` : ""}.`;
}
