// One open document: puts the link, the shared text, the view and the bar together.
import { EditorView } from "@codemirror/view";
import { documentPath } from "../common/document-name";
import { byId } from "../common/element";
import { rememberPerson, storedPerson } from "../common/person";
import { rememberDocument } from "../common/recent";
import { Link } from "../connection/link";
import { codePointOffset } from "../document/code-points";
import { saveState } from "../document/save-state";
import { SharedText } from "../document/shared-text";
import { applyOperation, replaceText } from "./binding";
import { copyText } from "./export";
import { setUpMenu } from "./menu";
import { notice } from "./notices";
import type { Page } from "./page";
import { PeopleBar } from "./people";
import { PersonDialog } from "./person-dialog";
import { PresenceChannel, type Place } from "./presence";
import { scrollToPeer, showPeers } from "./remote-cursors";
import { RescueDialog } from "./rescue-dialog";
import { SaveIndicator } from "./save-indicator";
import { Statistics } from "./statistics";
import { createView, setWritable } from "./view";

export class Editor {
  private person = storedPerson();
  private opened = false;
  // One has a place for the others once one has been in the text.
  private wasFocused = false;
  private readonly view: EditorView;
  private readonly link: Link;
  private readonly shared: SharedText;
  private readonly presence: PresenceChannel;
  private readonly people: PeopleBar;
  private readonly indicator: SaveIndicator;
  private readonly statistics = new Statistics();
  private readonly rescue: RescueDialog;

  constructor(
    private readonly page: Page,
    nonce: string,
  ) {
    this.rescue = new RescueDialog(page.name);
    this.indicator = new SaveIndicator(page.viewOnly, {
      onCopy: () => void this.copyUnsaved(),
      onRetry: () => this.link.retryNow(),
      onGone: () => this.view.focus(),
    });
    this.view = createView({
      parent: byId("editor", HTMLElement),
      label: `Text of ${page.name}`,
      nonce,
      target: () => this.shared,
      onRefused: (reason) => notice(reason, "problem"),
      onUpdate: (update) => {
        if (update.view.hasFocus) this.wasFocused = true;
        if (update.docChanged || update.selectionSet || update.focusChanged) this.presence.update();
        if (update.docChanged) this.statistics.update(() => this.view.state.doc);
      },
    });
    this.link = new Link(webSocketUrl(), this.person.name, {
      onState: () => this.linkChanged(),
      onMessage: (message) => this.shared.willReceive(message),
      onOtherHistory: () => this.shared.setBack(),
    });
    this.shared = this.openText();
    this.presence = new PresenceChannel(
      this.link.connection,
      page.name,
      () => this.presenceValue(),
      () => this.showOthers(),
    );
    const dialog = new PersonDialog((person) => this.become(person));
    this.people = new PeopleBar({
      onSelf: () => dialog.open(this.person),
      onPeer: (peer) => {
        if (!scrollToPeer(this.view, peer.id)) notice(`${peer.name} is not in the text yet`);
      },
    });
    setUpMenu(this.view, page.name);
    this.showOthers();
    setInterval(() => this.showProgress(), 1_000);
    addEventListener("beforeunload", (event) => {
      if (this.shared.unsavedSince !== null) event.preventDefault();
    });
  }

  private openText(): SharedText {
    const { name, viewOnly } = this.page;
    return new SharedText(this.link.connection, name, !viewOnly, {
      onText: (text) => {
        replaceText(this.view, text);
        this.textArrived();
      },
      onOperation: (operation) => applyOperation(this.view, operation),
      onMissing: (wasDeleted) => this.textMissing(wasDeleted),
      onFailure: (message) => this.say(`This document cannot be opened: ${message}`),
      onDiscarded: (text, reason) => this.rescue.offer(text, reason),
      onServerSetBack: () => this.serverSetBack(),
      onProgress: () => this.showProgress(),
    });
  }

  private textArrived(): void {
    const first = !this.opened;
    this.opened = true;
    this.say(null);
    setWritable(this.view, !this.page.viewOnly);
    this.presence.join();
    this.statistics.update(() => this.view.state.doc);
    if (!first || this.page.embedded) return;
    rememberDocument(this.page.name, Date.now());
    if (!this.page.viewOnly && matchMedia("(hover: hover)").matches) this.view.focus();
  }

  private textMissing(wasDeleted: boolean): void {
    setWritable(this.view, false);
    this.presence.documentGone();
    if (!wasDeleted) this.say("There is no document of this name yet.");
    else if (this.page.viewOnly) this.say("This document was deleted.");
    else {
      this.say("This document was deleted by somebody.", {
        label: "Start it again with this text",
        click: () => this.shared.create(this.view.state.doc.toString()),
      });
    }
  }

  private serverSetBack(): void {
    setWritable(this.view, false);
    const reason =
      "The server has an older history of this document than this tab: it was restored from a backup, or its data was replaced. This tab keeps its text: copy it, or download it.";
    this.showProgress();
    if (this.opened) this.rescue.offer(this.view.state.doc.toString(), reason);
    this.say(reason, { label: "Open the server's version", click: () => location.reload() });
  }

  // A sentence over the text, with something to do about it.
  private say(text: string | null, action?: { label: string; click: () => void }): void {
    const button = byId("message-action", HTMLButtonElement);
    byId("message", HTMLElement).hidden = text === null;
    byId("message-text", HTMLElement).textContent = text;
    button.hidden = action === undefined;
    button.textContent = action?.label ?? "";
    button.onclick = action?.click ?? null;
  }

  private linkChanged(): void {
    this.presence.restart();
    this.showProgress();
  }

  private showProgress(): void {
    const { unsavedSince, live, wasSetBack } = this.shared;
    const { online, downSince } = this.link;
    const state = saveState({
      now: Date.now(),
      opened: this.opened,
      viewOnly: this.page.viewOnly,
      setBack: wasSetBack,
      online,
      live,
      downSince,
      networkUp: navigator.onLine,
      unsavedSince,
    });
    this.indicator.show(state, { hasUnsaved: unsavedSince !== null, online });
  }

  private presenceValue(): object | null {
    if (!this.shared.exists) return null;
    const { name, color } = this.person;
    return { ...(this.wasFocused ? this.place() : {}), name, color };
  }

  private place(): Place {
    const { doc, selection } = this.view.state;
    const { from, to, head, empty } = selection.main;
    const index = codePointOffset(doc, from);
    const length = empty ? 0 : codePointOffset(doc, to) - index;
    return { index, length, backward: !empty && head === from };
  }

  private showOthers(): void {
    const peers = this.link.online ? this.presence.peers() : [];
    this.people.show(this.person, peers);
    showPeers(this.view, peers);
  }

  private become(person: Editor["person"]): void {
    this.person = person;
    rememberPerson(person);
    this.link.rename(person.name);
    this.presence.update();
    this.showOthers();
  }

  private async copyUnsaved(): Promise<void> {
    const text = this.shared.unsavedText();
    if (text === "") notice("What is unsaved is deletions only: there is no text to copy.");
    else if (await copyText(text)) notice("Unsaved text copied");
    else this.rescue.offer(text, "This browser forbids copying: select the text and copy it.");
  }
}

function webSocketUrl(): string {
  return `${location.protocol === "https:" ? "wss:" : "ws:"}//${location.host}/ws`;
}

export function showTitle({ name, embedded }: Page): void {
  document.title = `${name} — cowrite`;
  byId("title", HTMLElement).textContent = name;
  byId("open-alone", HTMLAnchorElement).href = documentPath(name);
  if (embedded) document.documentElement.dataset["embedded"] = "";
}
