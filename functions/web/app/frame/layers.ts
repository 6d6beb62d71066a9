import { Cell } from '../base/cell.ts'

/** What the frame shows over the page at the moment. One dialog at a time; the sync panel may be open beside it. */
export type OpenDialog = 'palette' | 'shortcuts' | 'sign-out' | 'back'

export const open_dialog = new Cell<OpenDialog | undefined>(undefined)
export const sync_panel_open = new Cell(false)

export const openPalette = (): void => open_dialog.set('palette')
export const openShortcuts = (): void => open_dialog.set('shortcuts')
export const askToSignOut = (): void => open_dialog.set('sign-out')
export const askToGoBack = (): void => open_dialog.set('back')
export const closeDialog = (): void => open_dialog.set(undefined)
