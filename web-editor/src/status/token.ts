// The operator's token: this tab remembers it until it is closed. It never stands in an address that
// a server gets to see, and soon in none at all.
const key = "cowrite.operator-token";

// Why this cannot be a token, so that nobody need be asked; null if it may be one.
export function tokenProblem(token: string): string | null {
  if (token === "") return "Paste the token first.";
  if (!/^[\x21-\x7e]+$/.test(token)) return "A token is one word of plain letters and digits.";
  return null;
}

export function storedToken(): string | null {
  try {
    return sessionStorage.getItem(key);
  } catch {
    return null; // The browser forbids storage.
  }
}

export function storeToken(token: string): void {
  try {
    sessionStorage.setItem(key, token);
  } catch {
    // The page then knows it until it is reloaded.
  }
}

export function forgetToken(): void {
  try {
    sessionStorage.removeItem(key);
  } catch {
    // Then it was never there.
  }
}

// The token of an address that ends in #token=TOKEN, which is taken out of the address and of the
// tab's history; null if the address has none.
export function takeTokenFromAddress(): string | null {
  const fragment = new URLSearchParams(location.hash.slice(1));
  const token = fragment.get("token");
  if (token === null) return null;
  history.replaceState(history.state, "", location.pathname + location.search);
  return token.trim();
}
