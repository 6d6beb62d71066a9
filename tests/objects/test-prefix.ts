import { systemRandom } from '#shared/base/random.ts'

/** Environment by which main.ts configures its test processes. */
export const TARGET_VARIABLES = {
  endpoint: 'GCS_TEST_ENDPOINT',
  bucket: 'GCS_TEST_BUCKET',
  prefix: 'GCS_TEST_PREFIX',
  versioning: 'GCS_TEST_VERSIONING',
  is_running: 'GCS_TEST_RUNNING',
} as const

export function uniqueName(): string {
  return Buffer.from(systemRandom.bytes(6)).toString('hex')
}

/** The prefix of a bucket that a test run has to itself: what to find out before it, and how to leave nothing behind. */
export class TestPrefix {
  readonly #objects_url: string
  readonly #upload_url: string
  readonly #prefix: string

  /** @param url where the bucket's API is reached without signing in */
  constructor(url: string, bucket: string, prefix: string) {
    this.#objects_url = `${url}/storage/v1/b/${bucket}/o`
    this.#upload_url = `${url}/upload/storage/v1/b/${bucket}/o`
    this.#prefix = prefix
  }

  /** Whether the bucket keeps noncurrent versions, by trying: asking needs a permission that the tests do not. */
  async findVersioning(): Promise<boolean> {
    const name = `${this.#prefix}versioning`
    const query = new URLSearchParams({ uploadType: 'media', name })
    for (const body of ['first', 'second']) {
      await mustAnswer(await fetch(`${this.#upload_url}?${query.toString()}`, { method: 'POST', body }))
    }
    return (await this.#listPage(name)).length === 2
  }

  /** Removes every version below the prefix. @returns how many */
  async removeAll(): Promise<number> {
    let removed = 0
    for (;;) {
      const page = await this.#listPage(this.#prefix)
      if (page.length === 0) return removed
      await inTurns(page, async ({ name, generation }) => {
        const url = `${this.#objects_url}/${encodeURIComponent(name)}?generation=${generation}`
        const response = await fetch(url, { method: 'DELETE' })
        if (response.status !== 404) await mustAnswer(response)
      })
      removed += page.length
    }
  }

  async #listPage(prefix: string): Promise<{ name: string; generation: string }[]> {
    const query = new URLSearchParams({ prefix, versions: 'true', fields: 'items(name,generation)' })
    const response = await fetch(`${this.#objects_url}?${query.toString()}`)
    const { items = [] } = JSON.parse(await mustAnswer(response)) as { items?: { name: string; generation: string }[] }
    return items
  }
}

/** Sixteen simultaneously. */
async function inTurns<T>(items: readonly T[], work: (item: T) => Promise<void>): Promise<void> {
  const left = [...items]
  const worker = async () => {
    for (let item = left.shift(); item !== undefined; item = left.shift()) await work(item)
  }
  await Promise.all(Array.from({ length: 16 }, worker))
}

async function mustAnswer(response: Response): Promise<string> {
  const text = await response.text()
  if (!response.ok) throw new Error(`${response.status} ${text}`)
  return text
}
