import type { IncomingMessage, ServerResponse } from 'node:http'

import type { Clock } from '../../base/clock.ts'
import type { Random } from '../../base/random.ts'
import type { FunctionName } from '../../contract/functions.ts'
import type { BodyResult } from '../request/request-body.ts'
import type { Log } from '../../logging/log.ts'
import type { Environment } from '../../settings/settings.ts'

/** Dependencies that tests and the local runtime replace. */
export interface Overrides {
  clock?: Clock
  random?: Random
  log?: Log
  /** Aborts shortly before the process ends: requests that still wait for something are answered then. */
  ending?: AbortSignal | undefined
}

/** One deployed function, composed and ready to answer; made by `createApp`. */
export interface FunctionApp {
  readonly name: FunctionName
  readonly log: Log
  readonly clock: Clock
  /** Aborts shortly before the process ends. */
  readonly ending: AbortSignal | undefined
  /**
   * Answers one request; never rejects.
   * @param receive reads the body, and is called for requests only whose headers are accepted; without it the body is
   * taken from `rawBody`, where the plain framework leaves it, or read here
   */
  handle(request: IncomingMessage, response: ServerResponse, receive?: () => Promise<BodyResult>): Promise<void>
}

/**
 * The composition root of a function: settings are read and refused here, adapters made and handed to handlers.
 * @throws SettingsError naming every bad setting
 */
export type FunctionFactory = (environment: Environment, overrides?: Overrides) => FunctionApp
