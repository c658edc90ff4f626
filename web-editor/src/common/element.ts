// Builds DOM elements from plain values. A string becomes a text node, never markup.
type Attributes = Record<string, string | boolean | ((event: Event) => void) | undefined>;
type Child = Node | string | null;

export function element<K extends keyof HTMLElementTagNameMap>(
  tag: K,
  attributes: Attributes = {},
  ...children: Child[]
): HTMLElementTagNameMap[K] {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (typeof value === "function") node.addEventListener(name, value);
    else if (value === true) node.setAttribute(name, "");
    else if (typeof value === "string") node.setAttribute(name, value);
  }
  node.append(...children.filter((child) => child !== null));
  return node;
}

// An element of the page's own HTML. REQUIRES: it exists.
export function byId<T extends HTMLElement>(id: string, type: new () => T): T {
  const node = document.getElementById(id);
  if (!(node instanceof type)) throw new Error(`The page has no ${type.name} #${id}`);
  return node;
}

// To be called when the page works: it then no longer says that its script is missing.
export function pageStarted(): void {
  document.getElementById("unstarted")?.remove();
}
