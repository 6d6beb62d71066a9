import { Problem } from '#shared/base/problem.ts'
import { sideBySide } from '#shared/base/side-by-side.ts'
import type { AudienceRow } from '#shared/records/audience.ts'
import { distributionSource, type DistributionSource } from '#shared/records/distribution-source.ts'
import type { PlatformRow } from '#shared/records/platform.ts'
import { detached, memoryBytes } from '#shared/table/object/row-memory.ts'
import type { Row } from '#shared/table/object/schema.ts'
import type { SyncTables } from '../tables.ts'

/** What a new distribution says of what it hands over. */
export interface SentReferences {
  readonly audience_id?: unknown
  readonly platform_id?: unknown
  readonly segments_distributed?: readonly (string | number)[] | null
}

/** Of the audiences that the new distributions of one wave name. */
const AUDIENCES_BYTES_MAX = 16 * 1024 * 1024
const READ_TOGETHER = 8

/**
 * The audiences and platforms that new distributions hand over, each read once. What a distribution keeps of them is worked
 * out only when it is decided: a thousand copies of a large audience would not fit into an instance.
 */
export class Sources {
  readonly #audiences = new Map<string, AudienceRow | Problem | undefined>()
  readonly #platforms = new Map<string, PlatformRow | Problem | undefined>()

  /** @param passing what a failure to read means @returns sources of these distributions */
  static async read(
    { audiences, platforms }: Pick<SyncTables, 'audiences' | 'platforms'>,
    user_id: string,
    distributions: readonly SentReferences[],
    passing: (error: unknown) => Problem,
  ): Promise<Sources> {
    const readAudience = audiences.reader(user_id)
    const readPlatform = platforms.reader(user_id)
    const sources = new Sources()
    let bytes = 0
    await forEachId(distributions, 'audience_id', async (id) => {
      const row = bytes > AUDIENCES_BYTES_MAX ? tooMany() : await readAudience(id).catch(passing)
      if (row && !(row instanceof Problem)) bytes += memoryBytes(row)
      sources.#audiences.set(id, kept(row))
    })
    await forEachId(distributions, 'platform_id', async (id) => {
      sources.#platforms.set(id, kept(await readPlatform(id).catch(passing)))
    })
    return sources
  }

  /** What one of the distributions hands over, or why it cannot. */
  of({ audience_id, platform_id, segments_distributed }: SentReferences): DistributionSource | Problem {
    const audience = this.#audiences.get(String(audience_id))
    const platform = this.#platforms.get(String(platform_id))
    if (audience instanceof Problem) return audience
    if (platform instanceof Problem) return platform
    return distributionSource(audience, platform, segments_distributed ?? [])
  }
}

/** They may be in as many months. */
async function forEachId(
  distributions: readonly SentReferences[],
  name: 'audience_id' | 'platform_id',
  read: (id: string) => Promise<void>,
): Promise<void> {
  const ids = new Set(distributions.map((sent) => String(sent[name])))
  const items = Array.from(ids, (id) => ({ id, bytes: 0 }))
  await sideBySide(items, { count_max: READ_TOGETHER, bytes_max: 0 }, ({ id }) => read(id))
}

function kept<R extends Row>(row: R | Problem | undefined): R | Problem | undefined {
  return row === undefined || row instanceof Problem ? row : detached(row)
}

function tooMany(): Problem {
  return new Problem('unavailable', 'The push hands over too many large audiences; push the rest again.', {
    retry_after_ms: 0,
  })
}
