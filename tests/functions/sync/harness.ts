import { createSyncApp } from '#functions/sync/index.ts'
import { systemClock, type Clock } from '#shared/base/clock.ts'
import { newId } from '#shared/base/ids.ts'
import { systemRandom } from '#shared/base/random.ts'
import type { PushResult } from '#functions/sync/push/results.ts'
import { DEMO, runningInTest, type Running } from '#tests/functions/distributions/harness.ts'
import type { Client, Reply } from '#tests/functions/audiences/harness.ts'

/** The sync function beside the others, over one bucket. */
export interface RunningSync extends Running {
  readonly sync: Client
  /** A device of `demo_user`, or of another user. */
  device(user_id?: string): Device
  /** One more instance, with a cold cache. */
  anotherInstance(): Promise<Client>
}

export async function syncInTest(options: { clock?: Clock } = {}): Promise<RunningSync> {
  const running = await runningInTest(options)
  const first = await running.instance(createSyncApp)
  const clock = options.clock ?? systemClock
  return {
    ...running,
    sync: first.as(DEMO),
    device: (user_id = DEMO) => new Device(first.as(user_id), clock),
    anotherInstance: async () => (await running.instance(createSyncApp)).as(DEMO),
  }
}

export interface PulledPartition {
  readonly partition: string
  readonly reset: boolean
  readonly put_back_to?: string
  readonly last: boolean
  readonly rows: readonly Readonly<Record<string, unknown>>[]
}

export interface Pulled {
  readonly partitions: readonly PulledPartition[]
  readonly cursor: string
  readonly more: boolean
  readonly unreadable?: readonly string[]
}

/** A client by hand: it numbers its changes and keeps its cursor, and nothing else. */
export class Device {
  readonly client_id: string
  readonly #client: Client
  readonly #clock: Clock
  cursor: string | null = null
  seq = 0
  acked = 0

  constructor(client: Client, clock: Clock, client_id = newId('cli', clock.nowMs(), systemRandom)) {
    this.#client = client
    this.#clock = clock
    this.client_id = client_id
  }

  newId(prefix: 'aud' | 'plat' | 'dist', ahead_ms = 0): string {
    return newId(prefix, this.#clock.nowMs() + ahead_ms, systemRandom)
  }

  /** A change with the next number. */
  change(
    op: string,
    kind: string,
    id: string,
    more: Record<string, unknown> = {},
  ): Record<string, unknown> & { seq: number } {
    const seq = ++this.seq
    return { seq, mutation_id: `${this.client_id}/${seq}`, op, kind, id, ...more }
  }

  async send(path: 'pull' | 'push', body: Record<string, unknown>): Promise<Reply> {
    return await this.#client.call('POST', `/api/sync/${path}`, { client_id: this.client_id, ...body })
  }

  /** Pushes changes; what must be answered 200 is. */
  async push(...mutations: readonly Record<string, unknown>[]): Promise<readonly PushResult[]> {
    const reply = await this.send('push', { acked: this.acked, mutations })
    if (reply.status !== 200) throw new Error(`the push was answered ${reply.status}: ${reply.text}`)
    return reply.body['results'] as readonly PushResult[]
  }

  /** Makes an audience, which must be applied. @returns its id */
  async makeAudience(value: Record<string, unknown> = {}): Promise<string> {
    const id = this.newId('aud')
    await this.pushApplied(this.change('create', 'audience', id, { value: { name: 'A', ...value } }))
    return id
  }

  /** Pushes changes of which each must be made. @returns the last one's version */
  async pushApplied(...mutations: readonly Record<string, unknown>[]): Promise<number> {
    const results = await this.push(...mutations)
    const others = results.filter(({ status }) => status !== 'applied' && status !== 'merged')
    if (others.length > 0) throw new Error(`not made: ${JSON.stringify(others)}`)
    return results.at(-1)!.version!
  }

  /** One page. */
  async pull(more: Record<string, unknown> = {}): Promise<Pulled> {
    const reply = await this.send('pull', { cursor: this.cursor, ...more })
    if (reply.status !== 200) throw new Error(`the pull was answered ${reply.status}: ${reply.text}`)
    const pulled: Pulled = reply.body as never
    this.cursor = pulled.cursor
    return pulled
  }

  /** Pages until there are no more. */
  async pullAll(more: Record<string, unknown> = {}): Promise<readonly PulledPartition[]> {
    const partitions: PulledPartition[] = []
    for (;;) {
      const page = await this.pull(more)
      partitions.push(...page.partitions)
      if (!page.more) return partitions
    }
  }
}
