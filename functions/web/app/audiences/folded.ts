/**
 * The same for all spellings of a text in Unicode (é is one character, or e and an accent), and in either case: what the
 * search of the service finds, too.
 */
export function folded(text: string): string {
  // Some letters in lower case are spelled in several characters, which are composed again.
  return text.normalize('NFC').toLowerCase().normalize('NFC')
}
