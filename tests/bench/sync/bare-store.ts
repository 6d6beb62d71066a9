import { systemClock } from '#shared/base/clock.ts'
import { crc32c } from '#shared/base/crc32c.ts'
import { gcsObjectStore } from '#shared/objects/gcs-object-store.ts'
import { NO_OBJECT, type ObjectStore } from '#shared/objects/object-store.ts'
import { AUDIENCES } from '#shared/records/audience.ts'
import { monthOfId, objectName, userPrefix } from '#shared/table/object/partition.ts'
import { BUCKET } from '#tests/functions/audiences/harness.ts'
import { SYNC_KINDS } from '#functions/sync/tables.ts'

/** The requests that sync cannot do without, by themselves: what its times are compared with. */
export class BareStore {
  readonly #store: ObjectStore
  readonly #user_id: string

  constructor(url: string, user_id: string) {
    this.#store = gcsObjectStore({ bucket: BUCKET, clock: systemClock, api_endpoint: url })
    this.#user_id = user_id
  }

  objectOf(audience_id: string): string {
    return objectName(AUDIENCES, this.#user_id, monthOfId(AUDIENCES, audience_id)!)
  }

  /** The LISTs of all kinds, simultaneously. */
  async list(): Promise<void> {
    await Promise.all(SYNC_KINDS.map((kind) => this.#store.list(userPrefix(kind, this.#user_id))))
  }

  async read(name: string): Promise<void> {
    await this.#store.read(name)
  }

  /** @returns for a copy of an object: asks whether it has changed, and writes it */
  async copyOf(name: string, copy_name: string): Promise<() => Promise<void>> {
    const read = await this.#store.read(name)
    if (read.kind !== 'found') throw new Error(`${name} is ${read.kind}`)
    const { bytes } = read
    const checksum = crc32c(bytes)
    let generation = NO_OBJECT
    const write = async () => {
      const options = { if_generation: generation, crc32c: checksum, content_type: 'application/octet-stream' }
      const result = await this.#store.write(copy_name, bytes, options)
      if (result.kind !== 'written') throw new Error(`${copy_name} is ${result.kind}`)
      generation = result.generation
    }
    const known = await this.#store.read(copy_name)
    if (known.kind === 'found') generation = known.generation
    else await write()
    return async () => {
      await this.#store.read(copy_name, { unless: generation })
      await write()
    }
  }
}
