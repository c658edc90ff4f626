// The dialog in which a person chooses their name and colour.
import { byId, element } from "../common/element";
import { cleanColor, cleanName, colorCount, type Person } from "../core/presence/person";

export class PersonDialog {
  private readonly dialog = byId("person", HTMLDialogElement);
  private readonly name = byId("person-name", HTMLInputElement);
  private readonly colors = byId("person-colors", HTMLElement);

  constructor(onChosen: (person: Person) => void) {
    for (let color = 0; color < colorCount; color++) this.colors.append(swatch(color));
    byId("person-form", HTMLFormElement).addEventListener("submit", (event) => {
      event.preventDefault();
      const name = cleanName(this.name.value);
      const data = new FormData(event.target as HTMLFormElement);
      if (name !== null) onChosen({ name, color: cleanColor(Number(data.get("color"))) });
      this.dialog.close();
    });
    byId("person-cancel", HTMLButtonElement).addEventListener("click", () => this.dialog.close());
  }

  open(person: Person): void {
    this.name.value = person.name;
    const chosen = this.colors.querySelector<HTMLInputElement>(`[value="${person.color}"]`);
    if (chosen) chosen.checked = true;
    this.dialog.showModal();
    this.name.select();
  }
}

function swatch(color: number): HTMLElement {
  const input = element("input", {
    type: "radio",
    name: "color",
    value: String(color),
    "aria-label": `Colour ${color + 1}`,
  });
  input.dataset["peer"] = String(color);
  return input;
}
