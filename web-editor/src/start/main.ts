import "../styles/base.css";
import "../styles/start.css";
import { documentPath, nameProblem, randomName } from "../common/document-name";
import { byId, element, pageStarted } from "../common/element";
import { forgetDocument, recentDocuments, type Recent } from "../common/recent";
import { setUpThemeChoice, showTheme, storedTheme } from "../common/theme";
import { when } from "../common/when";

showTheme(storedTheme());

function open(name: string): void {
  location.assign(documentPath(name));
}

function setUpForm(): void {
  const input = byId("name", HTMLInputElement);
  const problem = byId("name-problem", HTMLElement);
  byId("open", HTMLFormElement).addEventListener("submit", (event) => {
    event.preventDefault();
    const name = input.value.trim();
    const found = nameProblem(name);
    problem.textContent = found ?? "";
    input.setAttribute("aria-invalid", String(found !== null));
    if (found === null) open(name);
    else input.focus();
  });
  input.addEventListener("input", () => {
    problem.textContent = "";
    input.removeAttribute("aria-invalid");
  });
  byId("new", HTMLButtonElement).addEventListener("click", () => open(randomName()));
}

function item({ name, openedAt }: Recent): HTMLElement {
  const forget = (event: Event) => {
    forgetDocument(name);
    (event.currentTarget as HTMLElement).closest("li")?.remove();
    byId("recent", HTMLElement).hidden = recentDocuments().length === 0;
  };
  const label = `Remove ${name} from this list`;
  return element(
    "li",
    {},
    element(
      "a",
      { href: documentPath(name) },
      element("span", { class: "name", dir: "auto" }, name),
      element("time", { datetime: new Date(openedAt).toISOString() }, when(openedAt, Date.now())),
    ),
    element("button", { type: "button", "aria-label": label, title: label, click: forget }, "×"),
  );
}

function showRecent(): void {
  const recent = recentDocuments();
  byId("recent", HTMLElement).hidden = recent.length === 0;
  byId("recent-list", HTMLElement).replaceChildren(...recent.map(item));
}

setUpForm();
setUpThemeChoice();
showRecent();
// Going back in the browser's history may show this page from memory, with an old list.
addEventListener("pageshow", showRecent);
pageStarted();
