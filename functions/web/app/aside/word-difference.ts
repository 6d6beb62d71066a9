/** Where two texts differ, word by word, so that the eye finds it. Pure. */
export interface TextPart {
  readonly text: string
  readonly differs: boolean
}

/** Longer texts are shown whole: comparing them takes longer than reading. */
const WORDS_MAX = 400

/** The parts of `text`, of which some are not in `other`, or not in that order. */
export function wordDifference(text: string, other: string): readonly TextPart[] {
  const [words, others] = [wordsOf(text), wordsOf(other)]
  if (words.length > WORDS_MAX || others.length > WORDS_MAX) return [{ text, differs: true }]
  const kept = keptWords(words, others)
  const parts: TextPart[] = []
  for (const [at, word] of words.entries()) {
    const is_space = word.trim() === ''
    const last = parts.at(-1)
    // A space between two words that differ belongs to them.
    const differs = is_space ? !kept[at - 1] && !kept[at + 1] && at > 0 && at < words.length - 1 : !kept[at]
    if (last && last.differs === differs) parts[parts.length - 1] = { text: last.text + word, differs }
    else parts.push({ text: word, differs })
  }
  return parts
}

/** Words, and the spaces between them. */
function wordsOf(text: string): readonly string[] {
  return text.split(/(\s+)/).filter((word) => word !== '')
}

/** Which words are in the longest sequence that both have. */
function keptWords(words: readonly string[], others: readonly string[]): readonly boolean[] {
  const lengths = Array.from({ length: words.length + 1 }, () => new Uint16Array(others.length + 1))
  for (let i = words.length - 1; i >= 0; i--) {
    for (let j = others.length - 1; j >= 0; j--) {
      const is_same = words[i] === others[j]
      lengths[i]![j] = is_same ? lengths[i + 1]![j + 1]! + 1 : Math.max(lengths[i + 1]![j]!, lengths[i]![j + 1]!)
    }
  }
  const kept = words.map(() => false)
  for (let i = 0, j = 0; i < words.length && j < others.length;) {
    if (words[i] === others[j]) {
      kept[i] = true
      i++
      j++
    } else if (lengths[i + 1]![j]! >= lengths[i]![j + 1]!) i++
    else j++
  }
  return kept
}
