// The theme: light, dark, or the system's. The choice is an attribute of the root element, and the
// style sheet does the rest.
import { recall, remember } from "./storage";

export const themes = ["auto", "light", "dark"] as const;
export type Theme = (typeof themes)[number];

export const isTheme = (value: unknown): value is Theme => themes.includes(value as Theme);

export function storedTheme(): Theme {
  const stored = recall("theme");
  return isTheme(stored) ? stored : "auto";
}

export function showTheme(theme: Theme): void {
  if (theme === "auto") delete document.documentElement.dataset["theme"];
  else document.documentElement.dataset["theme"] = theme;
}

export function chooseTheme(theme: Theme): void {
  remember("theme", theme);
  showTheme(theme);
}

// The choice that a page has as radio buttons named "theme".
export function setUpThemeChoice(): void {
  for (const input of document.querySelectorAll<HTMLInputElement>('input[name="theme"]')) {
    input.checked = input.value === storedTheme();
    input.addEventListener("change", () => {
      if (isTheme(input.value)) chooseTheme(input.value);
    });
  }
}
