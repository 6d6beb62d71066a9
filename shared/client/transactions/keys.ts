import type { KeyRange, StorageKey } from '../storage.ts'

/** Keys in the order that IndexedDB gives them, for adapters that keep them themselves. */

type Element = number | string

/** The key as text, the same for equal keys only. @throws TypeError when it is none */
export function keyText(key: StorageKey): string {
  const elements = isList(key) ? key : [key]
  if (!elements.every(isElement)) throw new TypeError('A key is a finite number, a text, or a list of them.')
  return JSON.stringify(key)
}

function isElement(value: unknown): value is Element {
  return typeof value === 'string' || Number.isFinite(value)
}

function isList(key: StorageKey): key is readonly Element[] {
  return typeof key === 'object'
}

/** Negative when `one` comes before `other`, positive when it comes after, 0 when they are equal. */
export function compareKeys(one: StorageKey, other: StorageKey): number {
  if (!isList(one) && !isList(other)) return compareElements(one, other)
  if (!isList(one)) return -1
  if (!isList(other)) return 1
  for (const [at, element] of one.entries()) {
    const opposite = other[at]
    if (opposite === undefined) return 1
    const order = compareElements(element, opposite)
    if (order !== 0) return order
  }
  return one.length - other.length
}

function compareElements(one: Element, other: Element): number {
  if (typeof one !== typeof other) return typeof one === 'number' ? -1 : 1
  if (one === other) return 0
  return one < other ? -1 : 1
}

export function isInRange(key: StorageKey, range: KeyRange): boolean {
  const { at_least, above, at_most, below, beginning_with } = range
  if (at_least !== undefined && compareKeys(key, at_least) < 0) return false
  if (above !== undefined && compareKeys(key, above) <= 0) return false
  if (at_most !== undefined && compareKeys(key, at_most) > 0) return false
  if (below !== undefined && compareKeys(key, below) >= 0) return false
  if (beginning_with === undefined) return true
  return (
    isList(key) && key.length >= beginning_with.length && beginning_with.every((element, at) => element === key[at])
  )
}
