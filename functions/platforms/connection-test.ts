import { isoTime, type Clock } from '#shared/base/clock.ts'
import { Problem } from '#shared/base/problem.ts'
import type { platformRoutes } from '#shared/contract/platforms.ts'
import { testCredentials } from '#shared/ad-platforms/ad-platforms.ts'
import type { AdPlatformSettings } from '#shared/ad-platforms/settings.ts'
import type { Answer, Call } from '#shared/http/call.ts'
import { type Asking, type Decision, decideSet } from '#shared/records/decisions.ts'
import { type PlatformRecord, type PlatformRow, PLATFORMS, SEALED_CREDENTIALS } from '#shared/records/platform.ts'
import { valuesOf } from '#shared/records/record-rows.ts'
import { sameCells } from '#shared/records/rows.ts'
import type { Changed, RecordService } from '#shared/resources/record-service.ts'
import { ownerOf, type PlatformSecrets } from './secrets.ts'

export interface TestDependencies {
  readonly service: RecordService<typeof PLATFORMS>
  readonly secrets: PlatformSecrets
  readonly settings: AdPlatformSettings
  readonly clock: Clock
  /** Called for each test that really called the platform. */
  readonly onTested: (test: ConnectionTest) => void
}

export interface ConnectionTest {
  readonly user_id: string
  readonly platform_id: string
  readonly platform_type: string
  readonly ok: boolean
  readonly code: string
}

/**
 * Calls the platform with the credentials of the record, and stores what came of it. A keyed repetition calls nobody.
 *
 * The result is stored even when the caller has disconnected.
 */
export async function testConnection(
  call: Call<typeof platformRoutes.testPlatform>,
  { service, secrets, settings, clock, onTested }: TestDependencies,
): Promise<Answer> {
  const { platform_id } = call.params
  const recalled = await service.recall(call, platform_id)
  if (recalled) return testAnswer(recalled)
  const row = await service.live(call, platform_id)
  if (row.status === 'disconnected') throw disconnected()
  const credentials = await secrets.open(call.caller.user_id, row)
  const { platform_type } = ownerOf(call.caller.user_id, row)
  const result = await testCredentials(platform_type, credentials, { settings, clock })
  onTested({ user_id: call.caller.user_id, platform_id, platform_type, ok: result.ok, code: result.code })
  const last_test = { at: isoTime(clock.nowMs()), ...result }
  const decide = (asking: Asking<typeof PLATFORMS>, current: PlatformRow | undefined) =>
    decideTested(asking, current, row, last_test)
  return testAnswer(await service.change(call, platform_id, decide))
}

type LastTest = NonNullable<PlatformRecord['last_test']>

/** The result counts only for the credentials that were tested; one who disconnects meanwhile stays disconnected. */
function decideTested(
  asking: Asking<typeof PLATFORMS>,
  current: PlatformRow | undefined,
  tested: PlatformRow,
  last_test: LastTest,
): Decision<typeof PLATFORMS> {
  const is_there = current !== undefined && !current.deleted
  if (is_there && !sameCells(current, tested, [SEALED_CREDENTIALS])) return { kind: 'refuse', problem: replaced() }
  const is_disconnected = current?.status === 'disconnected'
  const status = last_test.ok ? 'connected' : 'error'
  return decideSet(asking, current, { last_test, ...(!is_disconnected && { status }) })
}

function testAnswer({ status, headers, row }: Changed<typeof PLATFORMS>): Answer {
  const { last_test } = valuesOf(PLATFORMS, row, ['last_test'])
  if (last_test === null) throw replaced()
  const { at, ok, code, message } = last_test
  return { status, headers, body: { ok, code, message, checked_at: at } }
}

function disconnected(): Problem {
  return new Problem(
    'illegal-transition',
    'The platform is disconnected and cannot become connected. Make it pending first, then test it.',
    { members: { status_now: 'disconnected', status_wanted: 'connected', allowed: ['pending'] } },
  )
}

function replaced(): Problem {
  return new Problem('conflict', 'The credentials were replaced in the meantime. Test the new ones.', {
    members: { code: 'credentials_replaced' },
  })
}
