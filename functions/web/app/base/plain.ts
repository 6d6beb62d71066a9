const ACCENTS = /\p{Mn}/gu

/** A text for comparing: without case and accents. */
export function plain(text: string): string {
  return text.normalize('NFD').replace(ACCENTS, '').toLowerCase().trimStart()
}
