import type { Lifecycle, LifecycleEvent, LifecycleState } from '../ports.ts'

/** What each event makes of the state; the others leave it. */
const CHANGES: Partial<Record<LifecycleEvent, Partial<LifecycleState>>> = {
  visible: { is_visible: true },
  hidden: { is_visible: false, has_focus: false },
  focus: { has_focus: true },
  blur: { has_focus: false },
  online: { is_online_hint: true },
  offline: { is_online_hint: false },
}

/** A page whose life the caller plays. In Node nothing happens to it. */
export class MemoryLifecycle implements Lifecycle {
  #state: LifecycleState = { is_visible: true, has_focus: true, is_online_hint: true }
  readonly #subscribers = new Set<(event: LifecycleEvent) => void>()

  state(): LifecycleState {
    return this.#state
  }

  subscribe(onEvent: (event: LifecycleEvent) => void): () => void {
    this.#subscribers.add(onEvent)
    return () => void this.#subscribers.delete(onEvent)
  }

  play(event: LifecycleEvent): void {
    this.#state = { ...this.#state, ...CHANGES[event] }
    for (const onEvent of this.#subscribers) onEvent(event)
  }
}
