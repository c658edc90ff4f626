// The options of an editor page, which its address holds.
import { documentAt } from "../common/document-name";
import { isTheme, type Theme } from "../common/theme";

export interface Page {
  name: string;
  embedded: boolean;
  viewOnly: boolean;
  theme: Theme | null;
}

// Null if the address names no document.
export function pageAt(location: { pathname: string; search: string }): Page | null {
  const address = documentAt(location.pathname);
  if (!address) return null;
  const query = new URLSearchParams(location.search);
  const theme = query.get("theme");
  return {
    ...address,
    viewOnly: query.get("mode") === "view",
    theme: isTheme(theme) ? theme : null,
  };
}
