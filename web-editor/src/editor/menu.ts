// The menu in the bar: actions on the whole document, and the look of the page.
import { openSearchPanel } from "@codemirror/search";
import type { EditorView } from "@codemirror/view";
import { byId } from "../common/element";
import { recall, remember } from "../common/storage";
import { chooseTheme, isTheme, storedTheme } from "../common/theme";
import { copyText, downloadText } from "./export";
import { notice } from "./notices";

const typefaces = ["serif", "sans", "mono"];

export function setUpMenu(view: EditorView, documentName: string): void {
  const menu = byId("menu", HTMLElement);
  const onClick = (id: string, action: () => void) =>
    byId(id, HTMLElement).addEventListener("click", () => {
      menu.hidePopover();
      action();
    });
  onClick("menu-copy-link", copyLink);
  onClick("menu-download", () => downloadText(documentName, view.state.doc.toString()));
  onClick("menu-find", () => openSearchPanel(view));
  byId("copy-link", HTMLElement).addEventListener("click", copyLink);

  choice("theme", storedTheme(), (value) => {
    if (isTheme(value)) chooseTheme(value);
  });
  choice("typeface", storedTypeface(), (value) => {
    remember("typeface", value);
    showTypeface();
    view.requestMeasure();
  });
}

// Checks the radio button of this value, and calls back when the user chooses another.
function choice(name: string, value: string, onChosen: (value: string) => void): void {
  for (const input of document.querySelectorAll<HTMLInputElement>(`input[name="${name}"]`)) {
    input.checked = input.value === value;
    input.addEventListener("change", () => onChosen(input.value));
  }
}

function storedTypeface(): string {
  const stored = recall("typeface") ?? "";
  return typefaces.includes(stored) ? stored : "serif";
}

export function showTypeface(): void {
  document.documentElement.dataset["typeface"] = storedTypeface();
}

function copyLink(): void {
  void copyText(location.href.replace(/[?#].*$/, "")).then((copied) =>
    notice(
      copied ? "Link copied" : "This browser forbids copying: the link is in the address bar.",
    ),
  );
}
