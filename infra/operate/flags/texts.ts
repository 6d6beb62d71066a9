import { flagOf, type FlagsConfig, type NoticeConfig } from '#functions/flags/config.ts'
import { type FlagState, shareOf } from '#functions/flags/decision.ts'
import { FLAG_NAMES } from '#shared/contract/flags.ts'

/** What the flags command prints of the two objects. */

/** `persistence_v2  on for 50 % of the users` */
export function flagLines(config: FlagsConfig | undefined): string[] {
  return FLAG_NAMES.map((name) => {
    const by_default = config?.flags[name] === undefined ? ' (default)' : ''
    return `${name}  ${flagText(flagOf(config, name))}${by_default}`
  })
}

function flagText(state: FlagState): string {
  if (!state.enabled) return `off for everybody (the percentage is kept: ${state.percent} %)`
  return `on for ${shareOf(state)} % of the users`
}

export function noticeLines(config: NoticeConfig | undefined, now_ms: number): string[] {
  const notice = config?.notice ?? null
  if (notice === null) return ['no notice']
  const { id, level, until, text } = notice
  const has_passed = until !== null && Date.parse(until) <= now_ms
  const end = until === null ? 'until it is cleared' : `until ${until}${has_passed ? ', which has passed' : ''}`
  return [`${level}, ${end} (${id})`, ...text.split('\n').map((line) => `| ${line}`)]
}

/** Who changed an object when; empty where it does not say so. */
export function stampText({
  updated_at,
  updated_by,
}: { updated_at?: string | undefined; updated_by?: string | undefined } = {}): string {
  return updated_at === undefined ? '' : `  changed ${updated_at} by ${updated_by ?? 'nobody knows whom'}`
}
