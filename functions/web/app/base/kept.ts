/** Small settings of this browser. A browser that forbids storage has none, and nothing fails. */
export function kept(name: string): string | null {
  try {
    return localStorage.getItem(`am.${name}`)
  } catch {
    return null
  }
}

/** @param value null: as if it had never been kept */
export function keep(name: string, value: string | null): void {
  try {
    if (value === null) localStorage.removeItem(`am.${name}`)
    else localStorage.setItem(`am.${name}`, value)
  } catch {
    // Without storage it holds until the page is closed.
  }
}
