import { CommandPalette } from './CommandPalette.tsx'
import { closeDialog, type OpenDialog } from './layers.ts'
import { ShortcutsDialog } from './ShortcutsDialog.tsx'
import { SignOutDialog } from './SignOutDialog.tsx'

const DIALOGS = { palette: CommandPalette, shortcuts: ShortcutsDialog, 'sign-out': SignOutDialog } as const

/** The dialogs of the frame, which are loaded when the first of them opens. */
export function FrameDialog({ open }: { readonly open: OpenDialog }) {
  const Shown = DIALOGS[open]
  return <Shown key={open} onClose={closeDialog} />
}
