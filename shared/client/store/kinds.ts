import { idTimeMs } from '../../base/ids.ts'
import { AUDIENCES, audienceInput } from '../../records/audience.ts'
import { DISTRIBUTIONS, distributionInput } from '../../records/distribution.ts'
import { PLATFORMS, platformInput } from '../../records/platform.ts'
import type { RecordKind } from '../../records/record-kind.ts'
import * as z from 'zod/mini'

import type { JsonRecord, RecordNoun, ServerRow } from './entries.ts'

/** The kinds of records that a device keeps. */
export interface LocalKind {
  readonly noun: RecordNoun
  readonly kind: RecordKind
  /** What a new one may have; never credentials: those need a connection and their own request. */
  readonly input: z.ZodMiniType
  /** What a change of one may set. */
  readonly patched: readonly string[]
  /** Statuses that a device may ask for; undefined: any that the machine allows. */
  readonly statuses: readonly string[] | undefined
  /** Statuses that a new one may have. */
  readonly initial_statuses: readonly string[]
  /** Columns of a new one that name other records, with their kinds. */
  readonly references: Readonly<Record<string, RecordNoun>>
}

const audience_fields = Object.keys(AUDIENCES.fields.shape)

const KINDS: Readonly<Record<RecordNoun, LocalKind>> = {
  audience: {
    noun: 'audience',
    kind: AUDIENCES,
    input: audienceInput,
    patched: audience_fields,
    statuses: undefined,
    initial_statuses: ['draft', 'active', 'archived'],
    references: {},
  },
  platform: {
    noun: 'platform',
    kind: PLATFORMS,
    input: platformInput(z.nullish(z.never({ error: 'cannot be saved without a connection' }))),
    patched: ['name', 'status', 'settings', 'metadata'],
    statuses: ['pending', 'disconnected'],
    initial_statuses: ['pending'],
    references: {},
  },
  distribution: {
    noun: 'distribution',
    kind: DISTRIBUTIONS,
    input: distributionInput,
    patched: ['status', 'scheduled_at', 'metadata'],
    statuses: ['pending', 'cancelled'],
    initial_statuses: ['scheduled', 'pending'],
    references: { audience_id: 'audience', platform_id: 'platform' },
  },
}

export const NOUNS: readonly RecordNoun[] = ['audience', 'platform', 'distribution']

export function localKind(noun: RecordNoun): LocalKind {
  return KINDS[noun]
}

/** The kind whose rows a partition has: `audiences/2025-05`. */
export function nounOfPartition(partition: string): RecordNoun | undefined {
  const [name] = partition.split('/')
  return NOUNS.find((noun) => KINDS[noun].kind.name === name)
}

export function idOfRow(noun: RecordNoun, row: ServerRow): string {
  return String(row[KINDS[noun].kind.id_column])
}

/** A record that the server has not seen yet, as it will look there. */
export function newRecord(noun: RecordNoun, id: string, value: JsonRecord, user_id: string | null): ServerRow {
  const { kind } = KINDS[noun]
  const time_ms = idTimeMs(kind.id_prefix, id)
  const created_at = time_ms === undefined ? null : new Date(time_ms).toISOString()
  const said = Object.fromEntries(Object.entries(value).filter(([, sent]) => sent !== null && sent !== undefined))
  const fields = Object.fromEntries(Object.keys(kind.fields.shape).map((name) => [name, null]))
  return {
    [kind.id_column]: id,
    user_id,
    created_at,
    updated_at: created_at,
    ...fields,
    ...kind.defaults,
    ...said,
    version: 0,
    deleted: false,
  }
}
