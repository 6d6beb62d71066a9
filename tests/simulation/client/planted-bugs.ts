import type { PlantedBug } from '../planted-bugs.ts'

const LOST = /is lost|does not show|again, after/

/** Mistakes that the client could make, and the sentence with which an invariant must report each. */
export const CLIENT_BUGS: readonly PlantedBug[] = [
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
        from: "const seq = await this.#write(['outbox'], keep)",
        to: "const seq = 1\n      void this.#write(['outbox'], keep).catch(() => 0)",
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
        to: "if (error instanceof StorageError) return { ok: true, id: '', seq: 0 }\n      if (error instanceof Problem) return { ok: false, problem: error }",
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
        from: '    return await changes.append({\n      kind,\n',
        to: `    const last = (await changes.entries()).findLast((one) => one.id === id)
    if (last && !last.done && !last.aside && last.change.op === 'patch' && change.op === 'patch') {
      const metadata = { ...(last.change.set['metadata'] as object), ...(change.set['metadata'] as object) }
      changes.putEntry({ ...last, change: { ...last.change, set: { ...last.change.set, ...change.set, metadata } } })
      return last.seq
    }
    return await changes.append({\n      kind,\n`,
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
]
