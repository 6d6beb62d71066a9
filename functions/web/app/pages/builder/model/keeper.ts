import type { Clock } from '#shared/base/clock.ts'
import { isSameJson } from '#shared/base/same-json.ts'
import type { Drafts } from '#shared/client/store/drafts.ts'
import { StorageError } from '#shared/client/storage.ts'
import { Cell } from '../../../base/cell.ts'
import { type BuilderDraft, draftIn } from './draft.ts'

/** A draft on the screen, and what of it is kept on this device. */
export interface KeptDraft {
  readonly draft: BuilderDraft
  /** When it was kept last, ISO 8601; null: nothing has been typed yet. */
  readonly kept_at: string | null
  /** Why it is not kept. It is still on the screen, and the next change tries again. */
  readonly failure: StorageError['kind'] | null
  /** Another tab has kept another text, while this one has changes of its own. */
  readonly is_changed_elsewhere: boolean
  /** Another tab has saved it as an audience, or thrown it away. */
  readonly is_gone: boolean
}

export interface KeeperOptions {
  readonly form: string
  /** What it is before anything was typed: empty, or a saved audience. */
  readonly start: BuilderDraft
  /** Of the account that is open now. @throws StorageError */
  readonly drafts: () => Pick<Drafts, 'get' | 'save' | 'delete'>
  readonly clock: Clock
  readonly now: () => string
}

/** How much typing a crash can take. */
const KEPT_AFTER_MS = 250

/**
 * Keeps a draft in the drafts of the client while it is typed: it survives a reload, a crash and the loss of the network.
 * Writes come one after the other, each with what is on the screen by then.
 */
export class DraftKeeper {
  readonly state: Cell<KeptDraft>
  readonly #options: KeeperOptions
  /** What lies in the store, as far as this tab knows. */
  #kept: BuilderDraft | undefined
  #is_ended = false
  #timer: AbortController | undefined
  #last_write: Promise<unknown> = Promise.resolve()

  private constructor(options: KeeperOptions, kept: { readonly draft: BuilderDraft; readonly at: string } | undefined) {
    this.#options = options
    this.#kept = kept?.draft
    this.state = new Cell<KeptDraft>({
      draft: kept?.draft ?? options.start,
      kept_at: kept?.at ?? null,
      failure: null,
      is_changed_elsewhere: false,
      is_gone: false,
    })
  }

  /** Goes on where the last page ended. Where nothing can be read, it begins with what is known, and says why. */
  static async open(options: KeeperOptions): Promise<DraftKeeper> {
    try {
      const kept = await options.drafts().get(options.form)
      return new DraftKeeper(options, kept && { draft: draftIn(kept.value), at: kept.saved_at })
    } catch (error) {
      if (!(error instanceof StorageError)) throw error
      const keeper = new DraftKeeper(options, undefined)
      keeper.#set({ failure: error.kind })
      return keeper
    }
  }

  get draft(): BuilderDraft {
    return this.state.get().draft
  }

  /** Changes what is on the screen, and keeps it a moment later. */
  change(edit: (draft: BuilderDraft) => BuilderDraft): void {
    const draft = edit(this.draft)
    if (isSameJson(draft, this.draft)) return
    this.#set({ draft, is_gone: false })
    this.#keepSoon()
  }

  /** Keeps what is on the screen now: before the page goes. */
  async flush(): Promise<void> {
    this.#timer?.abort()
    this.#timer = undefined
    await this.#inOrder(async () => {
      if (!this.#is_unkept || this.#is_ended || this.state.get().is_changed_elsewhere) return
      await this.#keep()
    })
  }

  /** Another tab has changed or taken away this draft. */
  async heard(): Promise<void> {
    await this.#inOrder(async () => {
      const kept = await this.#options.drafts().get(this.#options.form)
      if (this.#is_ended) return
      if (!kept) {
        const was_kept = this.#kept !== undefined
        this.#kept = undefined
        return this.#set({ is_gone: was_kept, kept_at: null })
      }
      // Mostly it is what this tab has just kept.
      if (this.#kept && isSameJson(kept.value, this.#kept)) return
      const theirs = draftIn(kept.value)
      if (this.#kept && isSameJson(theirs, this.#kept)) return
      if (this.#is_unkept) return this.#set({ is_changed_elsewhere: true })
      this.#kept = theirs
      this.#set({ draft: theirs, kept_at: kept.saved_at, is_changed_elsewhere: false, is_gone: false })
    }).catch(ignoreStorage)
  }

  /** Of two texts of one draft: goes on with the one of the other tab, or with this one. */
  async settle(whose: 'mine' | 'theirs'): Promise<void> {
    this.#set({ is_changed_elsewhere: false })
    if (whose === 'mine') return await this.flush()
    this.#set({ draft: this.#kept ?? this.#options.start })
    this.#kept = this.draft
    await this.heard()
  }

  /** It has become an audience, or is not wanted any more. Nothing of it is written again. */
  async remove(): Promise<void> {
    this.#is_ended = true
    this.#timer?.abort()
    await this.#inOrder(async () => await this.#options.drafts().delete(this.#options.form)).catch(ignoreStorage)
  }

  get #is_unkept(): boolean {
    return !isSameJson(this.draft, this.#kept ?? this.#options.start)
  }

  #keepSoon(): void {
    if (this.#timer || this.#is_ended) return
    const timer = new AbortController()
    this.#timer = timer
    void this.#options.clock.sleep(KEPT_AFTER_MS, timer.signal).then(async () => {
      if (!timer.signal.aborted) await this.flush()
    })
  }

  async #keep(): Promise<void> {
    const { draft } = this
    try {
      await this.#options.drafts().save(this.#options.form, { ...draft })
      this.#kept = draft
      this.#set({ kept_at: this.#options.now(), failure: null })
    } catch (error) {
      if (!(error instanceof StorageError)) throw error
      this.#set({ failure: error.kind })
    }
  }

  async #inOrder<Result>(work: () => Promise<Result>): Promise<Result> {
    const result = this.#last_write.then(work, work)
    this.#last_write = result.catch(() => undefined)
    return await result
  }

  #set(changes: Partial<KeptDraft>): void {
    this.state.set({ ...this.state.get(), ...changes })
  }
}

function ignoreStorage(error: unknown): void {
  if (!(error instanceof StorageError)) throw error
}
