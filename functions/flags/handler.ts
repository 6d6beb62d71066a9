import type { Clock } from '#shared/base/clock.ts'
import { Problem } from '#shared/base/problem.ts'
import { FLAG_NAMES, type flagsRoutes, type Notice } from '#shared/contract/flags.ts'
import type { Caller, Handlers } from '#shared/http/call.ts'
import { flagOf, type FlagsConfig, type NoticeConfig } from './config.ts'
import { isOn } from './decision.ts'

/** The flags routes over what operators have set. Knows no adapter. */
export interface FlagsDependencies {
  /** What was set last; `undefined` while nothing was. Never rejects: an app needs an answer to start. */
  readonly readFlags: () => Promise<FlagsConfig | undefined>
  readonly readNotice: () => Promise<NoticeConfig | undefined>
  readonly clock: Clock
}

export function flagsHandlers({ readFlags, readNotice, clock }: FlagsDependencies): Handlers<typeof flagsRoutes> {
  return {
    getFlags: async ({ caller, query }) => {
      const subject = subjectOf(caller, query.client_id)
      const [config, notice_config] = await Promise.all([readFlags(), readNotice()])
      const flags = Object.fromEntries(FLAG_NAMES.map((name) => [name, isOn(name, subject, flagOf(config, name))]))
      return { status: 200, body: { flags, notice: noticeAt(clock.nowMs(), notice_config?.notice ?? null) } }
    },
  }
}

/** @throws Problem `invalid-input` for a guest without a client id */
function subjectOf(caller: Caller | undefined, client_id: string | undefined): string {
  if (caller !== undefined) return caller.user_id
  if (client_id !== undefined) return client_id
  const message = 'is needed without a token, such as cli_01h455vb4pex5vsknk084sn02q'
  throw new Problem('invalid-input', `client_id ${message}.`, { errors: [{ path: 'client_id', message }] })
}

function noticeAt(now_ms: number, notice: Notice | null): Notice | null {
  if (notice === null || (notice.until !== null && Date.parse(notice.until) <= now_ms)) return null
  const { id, text, level, until } = notice
  return { id, text, level, until }
}
