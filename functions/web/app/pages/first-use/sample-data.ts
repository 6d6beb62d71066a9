import { isoTime } from '#shared/base/clock.ts'
import type { JsonRecord, RecordNoun } from '#shared/client/store/entries.ts'
import { variableOfCode } from '../builder/model/catalogue.ts'
import { type BuilderDraft, EMPTY_DRAFT } from '../builder/model/draft.ts'
import { audienceOf } from '../builder/model/record.ts'
import { newSegment } from '../builder/model/segments.ts'
import { idOf, type SampleClient, type SampleRecord, type SamplesOutcome, Stopped } from './sample-records.ts'
import { SAMPLE_AUDIENCES, SAMPLE_DISTRIBUTIONS, SAMPLE_PLATFORMS, type SampleAudience } from './samples.ts'

/** Brings records to look around with. */

const MARK = { sample: true } as const
/** Far enough ahead that nobody forgets a sample until then. */
const SENT_AFTER_MS = 365 * 86_400_000

/** @param now_ms of this device */
export async function addSamples(client: SampleClient, now_ms: number): Promise<SamplesOutcome> {
  const records: SampleRecord[] = []
  const make = async (noun: RecordNoun, value: JsonRecord): Promise<string> => {
    const id = idOf(await client.create(noun, value))
    records.push({ noun, id })
    return id
  }
  try {
    const audiences: string[] = []
    for (const sample of SAMPLE_AUDIENCES) audiences.push(await make('audience', sampleAudience(sample)))
    const platforms: string[] = []
    for (const { default_match_rate, ...platform } of SAMPLE_PLATFORMS) {
      platforms.push(await make('platform', { ...platform, settings: { default_match_rate }, metadata: MARK }))
    }
    for (const { audience, platform, is_cancelled } of SAMPLE_DISTRIBUTIONS) {
      const id = await make('distribution', {
        audience_id: audiences[audience],
        platform_id: platforms[platform],
        status: 'scheduled',
        scheduled_at: isoTime(now_ms + SENT_AFTER_MS),
        metadata: MARK,
      })
      if (is_cancelled) idOf(await client.change('distribution', id, { set: { status: 'cancelled' } }))
    }
    return { records }
  } catch (error) {
    if (!(error instanceof Stopped)) throw error
    return { records, problem: error.message }
  }
}

function sampleAudience(sample: SampleAudience): JsonRecord {
  const value = audienceOf(draftOfSample(sample))
  return { ...value, status: sample.status, metadata: { ...(value['metadata'] as JsonRecord), ...MARK } }
}

function draftOfSample({
  name,
  description,
  data_type,
  variables,
  segments,
  tags,
  campaign,
}: SampleAudience): BuilderDraft {
  return {
    ...EMPTY_DRAFT,
    name,
    words: description,
    data_type,
    variables: Object.entries(variables).map(([code, relevance]) => ({
      ...variableOfCode(code)!,
      relevance: String(relevance),
    })),
    segments: Object.entries(segments).map(([segment_name, size], at) => ({
      ...newSegment([]),
      segment_id: at + 1,
      name: segment_name,
      size: size === null ? '' : String(size),
    })),
    tags: [...tags],
    campaign: campaign ?? '',
  }
}
