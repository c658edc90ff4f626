// The person as this browser remembers them. Somebody who has not chosen a name is an anonymous
// animal.
import { onRememberedElsewhere, recall, remember } from "../common/storage";
import { cleanColor, cleanName, colorCount, type Person } from "../core/presence/person";

const animals = [
  "Otter Heron Lynx Badger Puffin Marten Fox Owl Hare Seal Wren Ibex Crane Beaver Finch",
  "Moose Panda Gecko Koala Lemur Newt Orca Plover Quail Robin Stoat Tapir Vole Walrus",
  "Yak",
].flatMap((line) => line.split(" "));

export function storedPerson(): Person {
  const name = cleanName(recall("name"));
  const color = Number.parseInt(recall("color") ?? "", 10);
  const person = {
    name: name ?? `Anonymous ${animals[Math.floor(Math.random() * animals.length)] ?? "Otter"}`,
    color: Number.isNaN(color) ? Math.floor(Math.random() * colorCount) : cleanColor(color),
  };
  if (name === null) rememberPerson(person);
  return person;
}

export function rememberPerson(person: Person): void {
  remember("name", person.name);
  remember("color", String(person.color));
}

// Calls back when the person was changed in another tab.
export function onPersonChangedElsewhere(listener: (person: Person) => void): void {
  onRememberedElsewhere(["name", "color"], () => listener(storedPerson()));
}
