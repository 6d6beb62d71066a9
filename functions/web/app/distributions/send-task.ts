import { Cell } from '../base/cell.ts'
import type { SegmentId } from './chosen-segments.ts'

/** What is to be sent where, as far as the page or the action says it; the dialog asks for the rest. */
export interface SendTask {
  readonly audience_id?: string
  readonly platform_id?: string
  /** Those of its segments that are sent; none: all. */
  readonly segment_ids?: readonly SegmentId[]
}

/** The dialog that sends an audience, over whichever page asked for it. */
export const send_task = new Cell<SendTask | undefined>(undefined)

export const askToSend = (task: SendTask): void => send_task.set(task)
export const closeSend = (): void => send_task.set(undefined)
