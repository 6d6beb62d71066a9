import { lazy } from 'react'

import { CommandPalette } from './CommandPalette.tsx'
import { closeDialog, type OpenDialog } from './layers.ts'
import { ShortcutsDialog } from './ShortcutsDialog.tsx'
import { SignOutDialog } from './SignOutDialog.tsx'

const BackDialog = lazy(async () => ({ default: (await import('./back/BackDialog.tsx')).BackDialog }))

const DIALOGS = {
  palette: CommandPalette,
  shortcuts: ShortcutsDialog,
  'sign-out': SignOutDialog,
  back: BackDialog,
} as const

/** The dialogs of the frame, which are loaded when the first of them opens. */
export function FrameDialog({ open }: { readonly open: OpenDialog }) {
  const Shown = DIALOGS[open]
  return <Shown key={open} onClose={closeDialog} />
}
