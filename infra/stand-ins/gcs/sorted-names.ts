/** Object names in the order Cloud Storage lists them: by their UTF-8 bytes, which is the order of code points. */
export class SortedNames {
  readonly #names: string[] = []
  /** Names added since the last use, sorted together: loading many must not be quadratic. */
  #unsorted: string[] = []

  /** @param name not in the set yet */
  add(name: string): void {
    this.#unsorted.push(name)
  }

  remove(name: string): void {
    const names = this.#sorted()
    const at = lowerBound(names, name)
    if (names[at] === name) names.splice(at, 1)
  }

  /** The names from `start` (inclusive) on. Valid until the set changes. */
  *from(start: string): Generator<string, void, string | undefined> {
    const names = this.#sorted()
    let at = lowerBound(names, start)
    while (at < names.length) {
      const skip_to = yield names[at] as string
      at = skip_to === undefined ? at + 1 : Math.max(at + 1, lowerBound(names, skip_to))
    }
  }

  #sorted(): string[] {
    const added = this.#unsorted
    if (added.length > 16) {
      for (const name of added) this.#names.push(name)
      this.#names.sort(compareNames)
    } else {
      for (const name of added) this.#names.splice(lowerBound(this.#names, name), 0, name)
    }
    this.#unsorted = []
    return this.#names
  }
}

function lowerBound(names: string[], name: string): number {
  let low = 0
  let high = names.length
  while (low < high) {
    const middle = (low + high) >>> 1
    if (compareNames(names[middle] as string, name) < 0) low = middle + 1
    else high = middle
  }
  return low
}

/**
 * Order by code points. JavaScript's own order differs from it only where one text has a surrogate (an astral
 * character) and the other a unit above the surrogates, so those two ranges are swapped before comparing.
 */
export function compareNames(a: string, b: string): number {
  const length = Math.min(a.length, b.length)
  for (let at = 0; at < length; at++) {
    const unit_a = a.charCodeAt(at)
    const unit_b = b.charCodeAt(at)
    if (unit_a !== unit_b) return rank(unit_a) - rank(unit_b)
  }
  return a.length - b.length
}

function rank(unit: number): number {
  if (unit < 0xd800) return unit
  return unit >= 0xe000 ? unit - 0x800 : unit + 0x2000
}
