import * as z from 'zod/mini'

import { FLAG_NAMES, type FlagName, notice } from '#shared/contract/flags.ts'
import { DEFAULT_FLAGS, type FlagState } from './decision.ts'

/**
 * What operators set: two objects of JSON below `config/`, which `npm run flags` writes and every instance reads. Members
 * that this release does not know are kept, because another release may have written them.
 */

/** When and by whom an object was written; only for operators to read, so that nothing depends on it. */
const stamp = { updated_at: z.optional(z.string()), updated_by: z.optional(z.string()) }

const flagState = z.looseObject({
  percent: z.number().check(z.minimum(0), z.maximum(100)),
  enabled: z.boolean(),
})

const flagsConfig = z.looseObject({
  flags: z.looseObject(
    Object.fromEntries(FLAG_NAMES.map((name) => [name, z.optional(flagState)])) as Record<
      FlagName,
      z.ZodMiniOptional<typeof flagState>
    >,
  ),
  ...stamp,
})
export type FlagsConfig = z.output<typeof flagsConfig>

const noticeConfig = z.looseObject({ notice: z.nullable(notice), ...stamp })
export type NoticeConfig = z.output<typeof noticeConfig>

/** An object below `config/`, and what it holds. */
export interface ConfigObject<T> {
  readonly name: string
  readonly schema: z.ZodMiniType<T>
}

export const FLAGS_OBJECT: ConfigObject<FlagsConfig> = { name: 'config/flags.json', schema: flagsConfig }
export const NOTICE_OBJECT: ConfigObject<NoticeConfig> = { name: 'config/notice.json', schema: noticeConfig }

export type Decoded<T> =
  | { readonly kind: 'good'; readonly content: T }
  /** `reason` quotes nothing of the object. */
  | { readonly kind: 'corrupt'; readonly reason: string }

export function decodeConfig<T>({ schema }: ConfigObject<T>, bytes: Uint8Array): Decoded<T> {
  let json: unknown
  try {
    json = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes))
  } catch {
    return { kind: 'corrupt', reason: 'it is not JSON in UTF-8' }
  }
  const read = schema.safeParse(json)
  if (read.success) return { kind: 'good', content: read.data }
  const [issue] = read.error.issues
  const place = issue === undefined || issue.path.length === 0 ? 'it' : issue.path.join('.')
  return { kind: 'corrupt', reason: `${place} is not what belongs there` }
}

/** How far a flag is rolled out; the default where nothing says so. */
export function flagOf(config: FlagsConfig | undefined, name: FlagName): FlagState {
  return config?.flags[name] ?? DEFAULT_FLAGS[name]
}
