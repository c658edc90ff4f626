import "../styles/base.css";
import "../styles/editor.css";
import { byId } from "../common/element";
import { showTheme, storedTheme } from "../common/theme";
import { Editor, showTitle } from "./editor";
import { showTypeface } from "./menu";
import { pageAt } from "./page";

const page = pageAt(location);
showTheme(page?.theme ?? storedTheme());
showTypeface();
if (page) {
  showTitle(page);
  const nonce = document.querySelector<HTMLMetaElement>('meta[name="csp-nonce"]');
  new Editor(page, nonce?.content ?? "");
} else {
  byId("message-text", HTMLElement).textContent = "This address names no document.";
  byId("message", HTMLElement).hidden = false;
}
