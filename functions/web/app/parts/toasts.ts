import type { LucideIcon } from 'lucide-react'

import { Cell } from '../base/cell.ts'

/** What has just been done, with its way back. Failures are never only this. */
export interface ToastContent {
  readonly words: string
  readonly icon?: LucideIcon
  /** Leads to what was made. */
  readonly way?: { readonly words: string; readonly run: () => void }
  /** Named "Undo" unless it says otherwise; Ctrl Z does it, too. */
  readonly undo?: { readonly words?: string; readonly run: () => void | Promise<void> }
}

/** One at a time: a new one takes the place of the last. */
export const toast = new Cell<ToastContent | undefined>(undefined)

export function showToast(content: ToastContent): void {
  toast.set(content)
}

/** Takes back what was done last, while it is shown. @returns whether there was anything */
export function undoLast(): boolean {
  const undo = toast.get()?.undo
  if (!undo) return false
  toast.set(undefined)
  void undo.run()
  return true
}

/** Goes to what was made last. */
export function followWay(): void {
  const way = toast.get()?.way
  toast.set(undefined)
  way?.run()
}
