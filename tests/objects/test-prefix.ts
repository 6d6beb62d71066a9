import { systemRandom } from '#shared/base/random.ts'

/** Environment by which main.ts configures its test processes. */
export const TARGET_VARIABLES = {
  endpoint: 'GCS_TEST_ENDPOINT',
  bucket: 'GCS_TEST_BUCKET',
  prefix: 'GCS_TEST_PREFIX',
  versioning: 'GCS_TEST_VERSIONING',
  is_running: 'GCS_TEST_RUNNING',
  tolerate: 'GCS_TEST_TOLERATE',
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
    const versions = (await this.#list(name)).filter((version) => version.name === name)
    if (versions.length === 0) throw new Error('an object that was just written is not in the list')
    for (const { generation } of versions) await this.#remove({ name, generation })
    return versions.length > 1
  }

  /**
   * Removes every version below the prefix, each in one try: what is still there afterwards stays.
   * @returns how many are gone, and the names of those that stay
   */
  async removeAll(): Promise<{ removed: number; left: readonly string[] }> {
    const versions = await this.#list(this.#prefix)
    await inTurns(versions, (version) => this.#remove(version))
    const left = await this.#list(this.#prefix)
    const names = [...new Set(left.map(({ name }) => name))]
    return { removed: versions.length - left.length, left: names }
  }

  async #remove({ name, generation }: Version): Promise<void> {
    const url = `${this.#objects_url}/${encodeURIComponent(name)}?generation=${generation}`
    const response = await fetch(url, { method: 'DELETE' })
    if (response.status !== 404) await mustAnswer(response)
  }

  /** All pages of it. */
  async #list(prefix: string): Promise<Version[]> {
    const found: Version[] = []
    let page_token: string | undefined
    do {
      const query = new URLSearchParams({ prefix, versions: 'true', fields: 'items(name,generation),nextPageToken' })
      if (page_token !== undefined) query.set('pageToken', page_token)
      const response = await fetch(`${this.#objects_url}?${query.toString()}`)
      const page = JSON.parse(await mustAnswer(response)) as { items?: Version[]; nextPageToken?: string }
      found.push(...(page.items ?? []))
      // A token that comes again would list for ever.
      page_token = page.nextPageToken === page_token ? undefined : page.nextPageToken
    } while (page_token !== undefined)
    return found
  }
}

interface Version {
  readonly name: string
  readonly generation: string
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
