// The people who are here, as a row of avatars; the person of this tab comes first.
import { byId, element } from "../common/element";
import type { Peer } from "../core/presence/peer";
import { initials, type Person } from "../core/presence/person";

const shownMax = 5;

export interface PeopleActions {
  onSelf: () => void;
  onPeer: (peer: Peer) => void;
}

export class PeopleBar {
  private readonly root = byId("people", HTMLElement);
  private drawn = "";

  constructor(private readonly actions: PeopleActions) {}

  show(self: Person, peers: readonly Peer[]): void {
    // Draws only if somebody came or went: cursors move more often than that.
    const key = JSON.stringify([self, peers.map(({ id, name, color }) => [id, name, color])]);
    if (key === this.drawn) return;
    this.drawn = key;
    const more = peers.length - shownMax;
    this.root.replaceChildren(
      avatar(self, `You: ${self.name}. Change your name`, "self", () => this.actions.onSelf()),
      ...peers
        .slice(0, shownMax)
        .map((peer) =>
          avatar(peer, `${peer.name}. Go to their cursor`, "peer", () => this.actions.onPeer(peer)),
        ),
      ...(more > 0 ? [rest(peers.slice(shownMax))] : []),
    );
  }
}

function avatar(person: Person, label: string, kind: string, click: () => void): HTMLElement {
  const button = element(
    "button",
    { type: "button", class: `avatar ${kind}`, "aria-label": label, title: label, click },
    initials(person.name),
  );
  button.dataset["peer"] = String(person.color);
  return element("li", {}, button);
}

function rest(peers: readonly Peer[]): HTMLElement {
  const names = peers.map((peer) => peer.name).join(", ");
  return element(
    "li",
    {},
    element(
      "span",
      { class: "avatar rest", title: names, "aria-label": names },
      `+${peers.length}`,
    ),
  );
}
