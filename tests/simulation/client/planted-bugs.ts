import type { PlantedBug } from '../planted-bugs.ts'
import type { ThemeTitle } from './themes.ts'

const LOST = /is lost|does not show|again, after/

interface ClientBug extends PlantedBug {
  /** In whose histories it is looked for, where it needs accidents that hardly come together by chance. */
  readonly theme?: ThemeTitle
}

/** Mistakes that the client could make, and the sentence with which an invariant must report each. */
export const CLIENT_BUGS: readonly ClientBug[] = [
  {
    title: 'an entry is dropped from the screen with its answer, not with the row',
    edits: [
      {
        file: 'shared/client/store/overlay.ts',
        from: 'if (entry.done && known && known.version >= entry.done.version) continue',
        to: 'if (entry.done) continue',
      },
    ],
    found_as: /again, after|does not show/,
  },
  {
    title: 'a change is called kept before it is written',
    edits: [
      {
        file: 'shared/client/store/user-changes.ts',
        from: 'return await (is_deleting ? withReserve(this.#store, write) : write())',
        to: "void (is_deleting ? withReserve(this.#store, write) : write()).catch(() => 0)\n      return asked.map(() => ({ ok: true, id: '', seq: 1 }))",
      },
    ],
    found_as: LOST,
  },
  {
    title: 'a full storage is answered from memory',
    edits: [
      {
        file: 'shared/client/store/user-changes.ts',
        from: 'if (error instanceof Problem || error instanceof StorageError) return { ok: false, problem: error }',
        to: "if (error instanceof StorageError) return { ok: true, id: '', seq: 0 }\n  if (error instanceof Problem) return { ok: false, problem: error }",
      },
    ],
    found_as: LOST,
  },
  {
    title: 'what is answered is acknowledged together with what is not',
    edits: [
      {
        file: 'shared/client/store/outbox.ts',
        from: 'if (isOpen(entry)) acked = Math.min(acked, entry.seq - 1)',
        to: 'if (isOpen(entry) && entry.seq < 0) acked = 0',
      },
    ],
    found_as: /what the contract refuses/,
  },
  {
    title: 'a second edit is merged into the entry that is on its way',
    edits: [
      {
        file: 'shared/client/store/user-changes.ts',
        from: '    return await changes.append({ ...made,',
        to: `    const last = (await changes.entries()).findLast((one) => one.id === made.id)
    if (last && !last.done && !last.aside && last.change.op === 'patch' && made.change.op === 'patch') {
      const { set } = made.change
      const metadata = { ...(last.change.set['metadata'] as object), ...(set['metadata'] as object) }
      changes.putEntry({ ...last, change: { ...last.change, set: { ...last.change.set, ...set, metadata } } })
      return last.seq
    }
    return await changes.append({ ...made,`,
      },
    ],
    found_as: LOST,
  },
  {
    title: 'the cursor is kept before the rows',
    edits: [
      {
        file: 'shared/client/store/sender.ts',
        from: '      // A page that a loss of power',
        to: '      await store.write([], async (changes) => changes.putSync({ ...(await changes.sync()), cursor: answer.cursor }))\n      // A page that a loss of power',
      },
      {
        file: 'shared/client/store/apply-pull.ts',
        from: "if (sync.cursor !== asked) return { kind: 'outdated' }",
        to: 'void asked',
      },
    ],
    found_as: /again, after|never|lacks|instead of|still shows|other values|does not/,
  },
  {
    title: 'pages show before their partition is complete',
    edits: [
      {
        file: 'shared/client/store/apply-pull.ts',
        from: 'if (!last) {\n    changes.putStaged(',
        to: 'if (!last) {\n    if (reset) changes.clearPartition(partition)\n    changes.putRows(partition, page)\n    return undefined\n    changes.putStaged(',
      },
    ],
    found_as: /does not show|again, after|lacks/,
  },
  {
    title: 'what was refused is thrown away',
    edits: [
      {
        file: 'shared/client/store/apply-push.ts',
        from: 'stored.set(seq, { ...entry, aside: setAside(result) })',
        to: 'changes.deleteEntry(seq)\n      continue',
      },
    ],
    found_as: LOST,
  },
  {
    title: 'an id that the server finds too early is left to the user',
    edits: [
      {
        file: 'shared/client/store/apply-push.ts',
        from: "|| problem['code'] !== 'id_time') continue",
        to: "|| problem['code'] !== 'never') continue",
      },
    ],
    found_as: /that it can give anew|does not send/,
  },
  {
    title: 'a copied profile keeps its name',
    edits: [
      {
        file: 'shared/client/store/apply-push.ts',
        from: 'if (client.client_id !== pushed.client_id || client.acked !== pushed.acked) return false',
        to: 'if (client) return false',
      },
    ],
    found_as: /never|does not end|a loop on virtual time|does not send|lacks|instead of/,
  },
  {
    title: 'what the browser has cleared is not put back',
    edits: [
      {
        file: 'shared/client/store/lost-changes.ts',
        from: 'if (await changes.adopts(entry.mutation_id)) await changes.append(entry)',
        to: 'await changes.adopts(entry.mutation_id)',
      },
    ],
    found_as: LOST,
  },
  {
    title: 'a tab that missed a message does not read what it missed',
    edits: [
      {
        file: 'shared/client/store/local-store.ts',
        from: 'if (is_behind) await this.#load().catch((error: unknown) => this.#failed(error))',
        to: 'void is_behind',
      },
    ],
    found_as: LOST,
  },
  {
    title: 'every tab sends',
    edits: [
      {
        file: 'shared/client/store/syncer.ts',
        from: "if (!ports.locks.is_available) return 'none'",
        to: "if (ports) return 'none'",
      },
    ],
    found_as: /polls in|never comes to rest/,
  },
  {
    title: 'hidden tabs ask for news',
    edits: [
      {
        file: 'shared/client/store/syncer.ts',
        from: 'const is_visible = ports.lifecycle.state().is_visible ||',
        to: 'const is_visible = true ||',
      },
    ],
    found_as: /although it is hidden/,
  },
  {
    title: 'news are asked for as often when nothing happens',
    edits: [
      {
        file: 'shared/client/store/syncer.ts',
        from: 'Math.min(this.#poll_ms * 2, POLL_MS.last)',
        to: 'POLL_MS.first',
      },
    ],
    found_as: /never comes to rest/,
  },
  {
    title: 'a change wakes nobody',
    edits: [
      {
        file: 'shared/client/store/syncer.ts',
        from: 'if (sender.dueInMs(store.data.entries) === 0) this.#wakeUp()',
        to: 'void sender, void store',
      },
    ],
    found_as: /does not send within a minute|never/,
  },
  {
    title: 'a page is taken in whatever cursor it answers',
    theme: 'two senders',
    edits: [
      {
        file: 'shared/client/store/apply-pull.ts',
        from: "if (sync.cursor !== asked) return { kind: 'outdated' }",
        to: 'void asked',
      },
    ],
    found_as: /again, after|does not show|lacks|instead of|still shows|other values/,
  },
  {
    title: 'any pull, also one that began before the answer, shows what was answered',
    theme: 'two senders',
    edits: [
      {
        file: 'shared/client/store/sender.ts',
        from: 'seen: ({ mutation_id }) => answered.has(mutation_id),',
        to: 'seen: () => true,',
      },
    ],
    found_as: /again, after|does not show/,
  },
  {
    title: 'a fork is acted on by a sender that has heard of a later push',
    theme: 'two senders',
    edits: [
      {
        file: 'shared/client/store/apply-push.ts',
        from: 'if (client.client_id !== pushed.client_id || client.acked !== pushed.acked) return false',
        to: 'if (client.client_id !== pushed.client_id) return false',
      },
    ],
    found_as: /under two names/,
  },
  {
    title: 'answers move the version that a change is over',
    theme: 'one record',
    edits: [
      {
        file: 'shared/client/store/outbox.ts',
        from: '    if (aside || (done && row_version >= done.version)) continue\n',
        to: '    if (done && !aside) base = Math.max(base, done.version)\n    if (aside || done) continue\n',
      },
    ],
    found_as: /nobody who deleted it had seen|unseen/,
  },
  {
    title: 'a change overtakes what it refers to and what has to wait',
    theme: 'busy server',
    edits: [
      {
        file: 'shared/client/store/outbox.ts',
        from: 'if (is_blocked || isPaused(entry)) {',
        to: 'if (!is_blocked && isPaused(entry)) continue\n    if (is_blocked) {',
      },
    ],
    found_as: /overtakes/,
  },
  {
    title: 'what was refused is sent again and again',
    theme: 'busy server',
    edits: [
      {
        file: 'shared/client/store/apply-push.ts',
        from: "!result || result.status === 'retry') continue",
        to: "!result || result.status === 'retry' || result.status === 'invalid') continue",
      },
    ],
    found_as: /a loop on virtual time|never|does not send/,
  },
  {
    title: 'answers are acknowledged before they are written',
    theme: 'failing storage',
    edits: [
      {
        file: 'shared/client/store/sender.ts',
        from: '    const { client_id, acked } = client\n',
        to: '    const { client_id } = client\n    const acked = Math.max(client.acked, this.answered)\n',
      },
      {
        file: 'shared/client/store/sender.ts',
        from: '    const applied = await this.#apply({ client, entries }, results)\n    if (applied.kind',
        to: "    if (results.every(({ status }) => status !== 'retry')) this.answered = entries.at(-1)!.seq\n    const applied = await this.#apply({ client, entries }, results)\n    if (applied.kind",
      },
      {
        file: 'shared/client/store/sender.ts',
        from: '  readonly #pull_size =',
        to: '  answered = 0\n  readonly #pull_size =',
      },
    ],
    found_as: /what the contract refuses|under two names/,
  },
  {
    title: 'staged pages forget that they began with a reset',
    theme: 'long absence',
    edits: [
      {
        file: 'shared/client/store/apply-pull.ts',
        from: 'const is_reset = reset || staged.some((earlier) => earlier.reset)',
        to: 'const is_reset = reset',
      },
    ],
    found_as: /still shows|lacks|instead of|again, after/,
  },
  {
    title: 'a reset keeps what was staged before it',
    theme: 'long absence',
    edits: [
      {
        file: 'shared/client/store/apply-pull.ts',
        from: 'if (reset) changes.clearStaged(partition)\n  const staged = reset ? [] : known',
        to: 'const staged = known',
      },
    ],
    found_as: /still shows|lacks|instead of|again, after/,
  },
  {
    title: 'a guest’s plan is written by each who finds it',
    theme: 'guests move',
    edits: [
      {
        file: 'shared/client/store/migration.ts',
        from: '    if (known) return known\n',
        to: '    void known\n',
      },
    ],
    found_as: /sends as a client of|is sent as/,
  },
  {
    title: 'a guest’s storage takes changes while it moves',
    theme: 'guests move',
    edits: [
      {
        file: 'shared/client/store/user-changes.ts',
        from: 'if (await changes.storedPlan()) {',
        to: 'if ((await changes.storedPlan()) && false) {',
      },
    ],
    found_as: LOST,
  },
  {
    title: 'what a guest was refused is not taken along',
    theme: 'guests move',
    edits: [
      {
        file: 'shared/client/store/migration.ts',
        from: 'if (await changes.adopts(entry.mutation_id)) await changes.append(entry)',
        to: 'void entry',
      },
    ],
    found_as: LOST,
  },
  {
    title: 'an account is opened for whoever signs in',
    theme: 'two people',
    edits: [
      {
        file: 'shared/client/store/directory.ts',
        from: "if (role.kind === 'account' && wanted.kind === 'account') return isSameIdentity(role.identity, wanted.identity)",
        to: "if (role.kind === 'account' && wanted.kind === 'account') return true",
      },
      {
        file: 'shared/client/store/local-store.ts',
        from: 'const is_own = isSameIdentity(origin.identity, this.identity)',
        to: 'const is_own = true',
      },
    ],
    found_as: /sends as a client of|is sent as|shows/,
  },
  {
    title: 'sending goes on under whatever sign-in there is',
    theme: 'two people',
    edits: [
      {
        file: 'shared/client/client.ts',
        from: '!isTokenOf(token, identity)',
        to: '!identity',
      },
    ],
    found_as: /sends as a client of|is sent as/,
  },
]
