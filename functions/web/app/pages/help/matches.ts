import { plain } from '../../base/plain.ts'

/** Whether some words have every word that was typed, in any order, without case and accents. Nothing typed: they do. */
export function hasAll(words: readonly string[], typed: string): boolean {
  const text = plain(words.join(' '))
  return plain(typed)
    .split(/\s+/)
    .every((word) => text.includes(word))
}
