// The operator's status page. It asks for the token, then shows what /metrics says, again and again.
import "../styles/base.css";
import "../styles/status.css";
import { byId, pageStarted } from "../common/element";
import { setUpThemeChoice, showTheme, storedTheme } from "../common/theme";
import { Dashboard, rateWindow } from "./dashboard";
import type { Figures } from "./metrics/figures";
import { healthOf, type Health } from "./metrics/health";
import { Samples } from "./metrics/samples";
import { Poller } from "./poller";
import { forgetToken, storedToken, storeToken, takeTokenFromAddress, tokenProblem } from "./token";

showTheme(storedTheme());

const form = byId("token-form", HTMLFormElement);
const input = byId("token", HTMLInputElement);
const forget = byId("forget", HTMLButtonElement);
const dashboard = new Dashboard();
const timeOfDay = new Intl.DateTimeFormat("en-GB", { timeStyle: "medium" });

let poller: Poller | null = null;
let samples = new Samples();
let beganAt = 0;

// ---- The sentence

// The sentence is a live region, so it changes only when there is something else to say.
function showHealth(health: Health | null): void {
  const sentence = byId("health", HTMLElement);
  const text = health?.sentence ?? "";
  if (sentence.textContent !== text) sentence.textContent = text;
  document.documentElement.dataset["health"] = health?.level ?? "none";
  document.title = `${health?.word ?? "Status"} — cowrite`;
}

function showDetail(text: string | null): void {
  byId("health-detail", HTMLElement).textContent = text;
  byId("health-detail", HTMLElement).hidden = text === null;
  byId("process", HTMLElement).hidden = text !== null || samples.latest === undefined;
}

// ---- What the poller tells

function showFigures(figures: Figures): void {
  samples.add({ at: Date.now(), figures });
  byId("figures", HTMLElement).hidden = false; // Before the charts are made, which ask how wide they are.
  showHealth(healthOf(rateWindow(samples.all)));
  showDetail(null);
  dashboard.show(samples.all);
}

function showNoAnswer(): void {
  const since = timeOfDay.format(samples.latest?.at ?? beganAt);
  const sentence = `The server has not answered since ${since}.`;
  showHealth({ level: "bad", word: "Unreachable", sentence });
  const again = "The server is asked again every few seconds.";
  showDetail(samples.latest ? `What you see is from then. ${again}` : again);
}

// ---- The token

// Either the form or what the server says.
function showForm(shown: boolean): void {
  document.body.classList.toggle("asking", shown);
  form.hidden = !shown;
  forget.hidden = shown;
  byId("measures", HTMLElement).hidden = shown;
  byId("figures", HTMLElement).hidden = true;
}

function begin(token: string): void {
  poller?.stop();
  samples = new Samples();
  beganAt = Date.now();
  showForm(false);
  showHealth({ level: "none", word: "Status", sentence: "Asking the server." });
  showDetail("");
  poller = new Poller(token, {
    onFigures: showFigures,
    onNoAnswer: showNoAnswer,
    onRefused: askForToken,
  });
}

function askForToken(problem: string): void {
  poller?.stop();
  poller = null;
  forgetToken();
  samples = new Samples();
  showForm(true);
  showHealth(null);
  showDetail(null);
  input.value = "";
  showProblem(problem);
  input.focus();
}

function showProblem(problem: string): void {
  byId("token-problem", HTMLElement).textContent = problem;
  if (problem === "") input.removeAttribute("aria-invalid");
  else input.setAttribute("aria-invalid", "true");
}

function take(token: string): void {
  const problem = tokenProblem(token);
  if (problem !== null) {
    askForToken(problem);
    return;
  }
  storeToken(token);
  begin(token);
}

function setUpToken(): void {
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    take(input.value.trim());
  });
  input.addEventListener("input", () => showProblem(""));
  forget.addEventListener("click", () => askForToken(""));
  addEventListener("hashchange", () => {
    const given = takeTokenFromAddress();
    if (given !== null) take(given);
  });
  const token = takeTokenFromAddress() ?? storedToken();
  if (token === null) askForToken("");
  else take(token);
}

// The charts are drawn, so a new theme reaches them only when they are drawn anew.
function setUpColors(): void {
  const redraw = () => dashboard.redraw();
  setUpThemeChoice();
  document.addEventListener("change", redraw);
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", redraw);
}

setUpColors();
setUpToken();
pageStarted();
