import { isObject } from '../base/is-object.ts'

/** Applies a JSON merge patch: null removes, objects merge, everything else replaces. Source: RFC 7396 section 2. */
export function mergePatch(target: unknown, patch: unknown): unknown {
  if (!isObject(patch)) return patch
  // A map, because assigning to an object's `__proto__` would change what it inherits.
  const merged = new Map(isObject(target) ? Object.entries(target) : [])
  for (const [name, value] of Object.entries(patch)) {
    if (value === null) merged.delete(name)
    else merged.set(name, mergePatch(merged.get(name), value))
  }
  return Object.fromEntries(merged)
}
