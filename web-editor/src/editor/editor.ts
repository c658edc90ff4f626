// The editor page of one document: shows what the session reports in the view, the bar, the messages
// and the dialogs, and hands the session what the user does.
import type { EditorView, ViewUpdate } from "@codemirror/view";
import { byId } from "../common/element";
import { rememberDocument } from "../common/recent";
import type { Peer } from "../core/presence/peer";
import type { Person } from "../core/presence/person";
import type { Place } from "../core/presence/place";
import { olderHistory } from "../core/document/shared-text";
import { Session } from "../core/session";
import { Binding } from "./binding";
import { browserHost } from "./browser-host";
import { copyText } from "./export";
import { refuseFilesBeside } from "./files";
import { setUpMenu } from "./menu";
import { hideMessage, showMessage } from "./message";
import { notice } from "./notices";
import type { Page } from "./page";
import { PeopleBar } from "./people";
import { PersonDialog } from "./person-dialog";
import { scrollToPeer, showPeers } from "./remote-cursors";
import { RescueDialog } from "./rescue-dialog";
import { SaveIndicator } from "./save-indicator";
import { Statistics } from "./statistics";
import { onPersonChangedElsewhere, rememberPerson, storedPerson } from "./stored-person";
import { createView, setWritable } from "./view";

const refuse = (reason: string) => notice(reason, "problem");

export class Editor {
  // The user has been in the text, and so has a place there that others see.
  private wasFocused = false;
  private readonly binding = new Binding(() => this.session.text, {
    onRefused: refuse,
    onHeldShown: () => this.showPeople(),
  });
  private readonly view: EditorView;
  private readonly session: Session;
  private readonly people: PeopleBar;
  private readonly indicator: SaveIndicator;
  private readonly statistics = new Statistics();
  private readonly rescue: RescueDialog;
  private readonly discarded = byId("discarded", HTMLElement);
  // Why the server did not take what was discarded last.
  private reason = "";

  constructor(
    private readonly page: Page,
    nonce: string,
  ) {
    this.rescue = new RescueDialog(page.name);
    this.indicator = new SaveIndicator(page.viewOnly, {
      onCopy: () => void this.copyUnsaved(),
      onRetry: () => this.session.retryNow(),
      onGone: () => this.view.focus(),
    });
    this.view = createView({
      parent: byId("editor", HTMLElement),
      label: `Text of ${page.name}`,
      nonce,
      dispatch: this.binding.dispatch,
      onRefused: refuse,
      onUpdate: (update) => this.viewUpdated(update),
    });
    refuseFilesBeside(this.view);
    this.session = this.openSession();
    const dialog = new PersonDialog((person) => {
      rememberPerson(person);
      this.become(person);
    });
    onPersonChangedElsewhere((person) => this.become(person));
    this.people = new PeopleBar({
      onSelf: () => dialog.open(this.session.person),
      onPeer: (peer) => this.goTo(peer),
    });
    byId("discarded-show", HTMLElement).addEventListener("click", () => this.showDiscarded());
    setUpMenu(this.view, page.name);
    this.showPeople();
    this.showProgress();
    setInterval(() => this.showProgress(), 1_000);
    addEventListener("beforeunload", (event) => {
      if (this.session.text.isAtRisk) event.preventDefault();
    });
  }

  private openSession(): Session {
    const { name, viewOnly } = this.page;
    const options = {
      documentName: name,
      person: storedPerson(),
      viewOnly,
      place: () => this.place(),
    };
    return new Session(browserHost(), options, {
      onText: (text) => {
        this.binding.replace(this.view, text);
        hideMessage();
        setWritable(this.view, !viewOnly);
        this.statistics.update(() => this.view.state.doc);
      },
      onOpened: () => this.opened(),
      onOperation: (operation) => this.binding.receive(this.view, operation),
      onMissing: (wasDeleted) => this.showMissing(wasDeleted),
      onFailure: (message) => showMessage(`This document cannot be opened: ${message}`),
      onDiscarded: (reason) => {
        this.reason = reason;
        this.showDiscarded();
      },
      onHistoryReplaced: () => this.showHistoryReplaced(),
      onProgress: () => this.showProgress(),
      onPeers: () => this.showPeople(),
    });
  }

  private place(): Place | null {
    const { main } = this.view.state.selection;
    return this.wasFocused ? this.binding.placeOf(this.view, main) : null;
  }

  private viewUpdated(update: ViewUpdate): void {
    if (update.view.hasFocus) this.wasFocused = true;
    if (update.docChanged || update.selectionSet || update.focusChanged)
      this.session.placeChanged();
    if (update.docChanged) this.statistics.update(() => this.view.state.doc);
  }

  private opened(): void {
    const { name, embedded, viewOnly } = this.page;
    if (embedded) return;
    rememberDocument(name, Date.now());
    if (!viewOnly && matchMedia("(hover: hover)").matches) this.view.focus();
  }

  private showMissing(wasDeleted: boolean): void {
    setWritable(this.view, false);
    if (!wasDeleted) showMessage("There is no document of this name yet.");
    else if (this.page.viewOnly) showMessage("This document was deleted.");
    else {
      showMessage("This document was deleted by somebody.", {
        label: "Start it again with this text",
        click: () => {
          showMessage("This document is being started again with this text.");
          this.session.text.create(this.view.state.doc.toString());
        },
      });
    }
  }

  private showHistoryReplaced(): void {
    setWritable(this.view, false);
    this.showProgress();
    showMessage(olderHistory, {
      label: "Open the server's version",
      click: () => location.reload(),
    });
  }

  private showDiscarded(): void {
    const { text, forget } = this.session.text.pending.offerDiscarded();
    this.rescue.show({
      title: "This text could not be saved",
      text,
      reason: this.reason,
      onTaken: forget,
    });
    this.showProgress();
  }

  private showProgress(): void {
    const { text, online } = this.session;
    const hasUnsaved = text.pending.since !== null;
    this.indicator.show(this.session.saveState(), { hasUnsaved, online, opened: text.wasOpened });
    this.discarded.hidden = text.pending.discarded === "";
  }

  private showPeople(): void {
    const peers = this.session.peers();
    this.people.show(this.session.person, peers);
    showPeers(this.view, peers, (place) => this.binding.selectionAt(this.view, place));
  }

  private goTo(peer: Peer): void {
    if (!scrollToPeer(this.view, peer.id)) notice(`${peer.name} is not in the text yet`);
  }

  private become(person: Person): void {
    this.session.become(person);
    this.showPeople();
  }

  private async copyUnsaved(): Promise<void> {
    const { text } = this.session.text.pending;
    if (text === "") notice("What is unsaved is deletions only: there is no text to copy.");
    else if (await copyText(text)) notice("Unsaved text copied");
    else
      this.rescue.show({
        title: "This text is not saved yet",
        text,
        reason: "This browser forbids copying: select the text and copy it.",
      });
  }
}
