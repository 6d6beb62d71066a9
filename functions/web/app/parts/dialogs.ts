/** Whether a dialog is before everything else: keys are its own then. It looks through the whole page, so ask it last. */
export function isDialogOpen(): boolean {
  return document.querySelector('dialog[open]') !== null
}
