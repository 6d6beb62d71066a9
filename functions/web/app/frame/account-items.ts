import { Download, History, Keyboard, LogIn, LogOut, Monitor, Moon, Sun } from 'lucide-react'

import { chooseTheme, theme, THEMES, type Theme } from '../base/theme.ts'
import type { LucideIcon } from '../parts/Icon.tsx'
import type { MenuItem } from '../parts/Menu.tsx'
import { opened } from '../session/session.ts'
import { downloadData } from './download-data.ts'
import { askToGoBack, askToSignOut, openShortcuts } from './layers.ts'

const THEME_LOOKS: Readonly<Record<Theme, { readonly words: string; readonly icon: LucideIcon }>> = {
  system: { words: 'Colours of this device', icon: Monitor },
  light: { words: 'Light', icon: Sun },
  dark: { words: 'Dark', icon: Moon },
}

/** What belongs to the person, not to a page. @param goTo leads to a page */
export function accountItems(goTo: (to: '/sign-in') => void): MenuItem[] {
  const { account, config } = opened()
  const themes = THEMES.map((chosen) => ({
    id: `theme-${chosen}`,
    ...THEME_LOOKS[chosen],
    is_chosen: theme.get() === chosen,
    onSelect: () => chooseTheme(chosen),
  }))
  const can_sign_in = !account && config.sign_in.kind !== 'none'
  return [
    ...themes,
    { id: 'shortcuts', words: 'Keyboard shortcuts', icon: Keyboard, keys: '?', onSelect: openShortcuts },
    { id: 'download', words: 'Download my data', icon: Download, onSelect: () => void downloadData() },
    ...(account ? [{ id: 'back', words: 'Back to an earlier moment', icon: History, onSelect: askToGoBack }] : []),
    ...(can_sign_in ? [{ id: 'sign-in', words: 'Sign in', icon: LogIn, onSelect: () => goTo('/sign-in') }] : []),
    ...(account ? [{ id: 'sign-out', words: 'Sign out', icon: LogOut, onSelect: askToSignOut }] : []),
  ]
}
