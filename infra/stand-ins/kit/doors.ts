import type { StandInOptions, StandInServer } from './server.ts'
import { startServer } from './server.ts'

/** Further addresses of a stand-in, each for one identity: a client that sends no token there acts as that identity. */
export class Doors {
  readonly #handling: Pick<StandInOptions, 'handle' | 'failed'>
  readonly #opened = new Map<string, Promise<StandInServer>>()

  constructor(handling: Pick<StandInOptions, 'handle' | 'failed'>) {
    this.#handling = handling
  }

  /** @returns `http://127.0.0.1:PORT`, the same one each time */
  async open(identity: string): Promise<string> {
    const { handle, failed } = this.#handling
    let opened = this.#opened.get(identity)
    if (opened === undefined) {
      opened = startServer({
        port: 0,
        handle(request, response) {
          request.headers.authorization ??= `Bearer ${identity}`
          return handle(request, response)
        },
        failed,
        finish: () => undefined,
      })
      this.#opened.set(identity, opened)
    }
    return (await opened).url
  }

  async close(): Promise<void> {
    await Promise.all(Array.from(this.#opened.values(), async (opened) => (await opened).close()))
  }
}
