// What this browser remembers for the page. In an iframe of another site a browser may forbid storage
// by throwing; then nothing is remembered, and nothing else goes wrong.
export function recall(key: string): string | null {
  try {
    return localStorage.getItem(`cowrite.${key}`);
  } catch {
    return null;
  }
}

export function remember(key: string, value: string): void {
  try {
    localStorage.setItem(`cowrite.${key}`, value);
  } catch {
    // Forbidden or full.
  }
}

// Calls back when another tab has remembered one of these.
export function onRememberedElsewhere(keys: string[], listener: () => void): void {
  addEventListener("storage", ({ key, newValue }) => {
    if (newValue !== null && keys.some((each) => key === `cowrite.${each}`)) listener();
  });
}
