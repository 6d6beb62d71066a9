import { Cell } from './cell.ts'
import { keep, kept } from './kept.ts'

/** Light or dark; `system` follows the device. */
export const THEMES = ['system', 'light', 'dark'] as const
export type Theme = (typeof THEMES)[number]

const isTheme = (value: string | null): value is Theme => THEMES.some((theme) => theme === value)

const kept_theme = kept('theme')

export const theme = new Cell<Theme>(isTheme(kept_theme) ? kept_theme : 'system')

export function chooseTheme(chosen: Theme): void {
  theme.set(chosen)
  keep('theme', chosen === 'system' ? null : chosen)
  showTheme()
}

/** The colours of tokens.css follow the attribute. When the page is loaded, first-theme.ts has set it. */
function showTheme(): void {
  const { dataset } = document.documentElement
  if (theme.get() === 'system') delete dataset['theme']
  else dataset['theme'] = theme.get()
}
