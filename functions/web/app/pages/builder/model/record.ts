import type { JsonRecord } from '#shared/client/store/entries.ts'
import { isObject } from '#shared/base/is-object.ts'
import { percentIn, percentText } from './relevance.ts'
import { sizeIn } from './sizes.ts'
import { type BuilderDraft, type DraftSegment, EMPTY_DRAFT, nameOf } from './draft.ts'
import type { Audience } from '../../../store/records.ts'
import { tagsOf } from '../../../store/records.ts'

/** From a draft to an audience, and back. */

/** The segments that become a part of the audience. */
export function keptSegments({ segments }: Pick<BuilderDraft, 'segments'>): readonly DraftSegment[] {
  return segments.filter(({ is_kept }) => is_kept)
}

/** How many records are known, and of how many segments. */
export interface KnownSizes {
  /** Null: of no segment. */
  readonly total: number | null
  readonly known: number
  readonly of: number
}

export function knownSizes(draft: Pick<BuilderDraft, 'segments'>): KnownSizes {
  const kept = keptSegments(draft)
  const sizes = kept.map(({ size }) => sizeIn(size)).filter((size) => typeof size === 'number')
  const total = sizes.length === 0 ? null : sizes.reduce((sum, size) => sum + size, 0)
  return { total, known: sizes.length, of: kept.length }
}

/** The fields of an audience that the builder sets. Before its segments are confirmed it is a draft. */
export function audienceOf(draft: BuilderDraft): JsonRecord {
  const { words, data_type, variables, is_confirmed } = draft
  const { total, known, of } = knownSizes(draft)
  const is_whole = of > 0 && known === of
  return {
    name: nameOf(draft),
    description: textOrNull(words),
    original_query: textOrNull(words),
    data_type,
    status: is_confirmed ? 'active' : 'draft',
    selected_variables: variables.map(({ code }) => code),
    variable_details: variables.map(({ code, description, category, type, relevance }) => ({
      code,
      description: textOrNull(description),
      relevance_score: percentIn(relevance) ?? null,
      type: textOrNull(type),
      category: textOrNull(category),
    })),
    segments: keptSegments(draft).map((segment) => segmentOf(segment, is_whole ? total : null)),
    // A part of the sum is not the size: what is shown of it is the sum of the known ones.
    total_audience_size: is_whole ? total : null,
    metadata: metadataOf(draft),
  }
}

function metadataOf({ tags, campaign }: BuilderDraft): JsonRecord {
  return {
    ...(tags.length > 0 && { tags }),
    ...(campaign.trim() !== '' && { campaign_id: campaign.trim() }),
  }
}

/** @param total of all segments; null: not known yet */
function segmentOf(
  { segment_id, name, note, size, characteristics, prizm_segments }: DraftSegment,
  total: number | null,
): JsonRecord {
  const count = sizeIn(size) ?? null
  return {
    segment_id,
    name: textOrNull(name),
    size: count,
    size_percentage: count !== null && total ? Math.round((count / total) * 10_000) / 100 : null,
    characteristics: {
      ...withoutNote(characteristics),
      ...(note.trim() !== '' && { description: note.trim() }),
    },
    prizm_segments,
  }
}

/** A saved audience as the builder edits it. */
export function draftOf(audience: Audience): BuilderDraft {
  const { metadata, segments, variable_details, selected_variables } = audience
  const details = new Map(variable_details.map((variable) => [variable.code, variable]))
  const codes = [...new Set([...selected_variables, ...details.keys()])]
  const campaign = metadata['campaign_id']
  return {
    ...EMPTY_DRAFT,
    words: audience.description ?? audience.original_query ?? '',
    data_type: audience.data_type,
    variables: codes.map((code) => {
      const { description, category, type, relevance_score } = details.get(code) ?? {}
      return {
        code,
        description: description ?? '',
        category: category ?? '',
        type: type ?? '',
        relevance: percentText(relevance_score),
      }
    }),
    segments: segments.map(({ segment_id, name, size, characteristics, prizm_segments }) => ({
      segment_id,
      name: name ?? '',
      note: noteIn(characteristics),
      size: typeof size === 'number' ? String(size) : '',
      is_kept: true,
      characteristics: withoutNote(characteristics ?? {}),
      prizm_segments: prizm_segments ?? [],
    })),
    is_confirmed: audience.status === 'active',
    name: audience.name,
    campaign: typeof campaign === 'string' || typeof campaign === 'number' ? String(campaign) : '',
    tags: [...tagsOf(audience)],
  }
}

/** The note is a field of the draft. */
function withoutNote(characteristics: JsonRecord): Record<string, unknown> {
  const { description: _, ...others } = characteristics
  return others
}

function noteIn(characteristics: unknown): string {
  const note = isObject(characteristics) ? characteristics['description'] : undefined
  return typeof note === 'string' ? note : ''
}

function textOrNull(text: string): string | null {
  const trimmed = text.trim()
  return trimmed === '' ? null : trimmed
}
