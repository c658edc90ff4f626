import "../styles/base.css";
import "../styles/editor.css";
import { documentPath } from "../common/document-name";
import { byId, pageStarted } from "../common/element";
import { showTheme, storedTheme } from "../common/theme";
import { Editor } from "./editor";
import { showTypeface } from "./menu";
import { showMessage } from "./message";
import { pageAt, type Page } from "./page";

function showTitle({ name, embedded }: Page): void {
  document.title = `${name} — cowrite`;
  byId("title", HTMLElement).textContent = name;
  byId("open-alone", HTMLAnchorElement).href = documentPath(name);
  if (embedded) document.documentElement.dataset["embedded"] = "";
}

const page = pageAt(location);
showTheme(page?.theme ?? storedTheme());
showTypeface();
if (page) {
  showTitle(page);
  const nonce = document.querySelector<HTMLMetaElement>('meta[name="csp-nonce"]');
  new Editor(page, nonce?.content ?? "");
} else {
  showMessage("This address names no document.");
}
pageStarted();
