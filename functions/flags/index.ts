import { createFunctionContext } from '#shared/resources/function-context.ts'
import { flagsRoutes } from '#shared/contract/flags.ts'
import { createApp } from '#shared/http/app.ts'
import { edgeSettings, storageSettings } from '#shared/settings/edge-settings.ts'
import type { FunctionApp, Overrides } from '#shared/http/server/function-app.ts'
import { deployable } from '#shared/http/server/serve.ts'
import { type Environment, readSettings } from '#shared/settings/settings.ts'
import { CachedConfig } from './cached-config.ts'
import { FLAGS_OBJECT, NOTICE_OBJECT } from './config.ts'
import { flagsHandlers } from './handler.ts'

export const flagsSettings = { ...edgeSettings, ...storageSettings }

/** The flags function, composed: two objects of the configured bucket, behind the edge. */
export function createFlagsApp(environment: Environment, overrides: Overrides = {}): FunctionApp {
  const settings = readSettings(flagsSettings, environment)
  const { edge, store, probe } = createFunctionContext(settings, overrides)
  const flags = new CachedConfig({ store, ...edge }, FLAGS_OBJECT)
  const notice = new CachedConfig({ store, ...edge }, NOTICE_OBJECT)
  return createApp({
    function: 'flags',
    routes: flagsRoutes,
    handlers: flagsHandlers({
      readFlags: () => flags.current(),
      readNotice: () => notice.current(),
      clock: edge.clock,
    }),
    settings,
    ...edge,
    probe,
  })
}

export const flags = deployable(import.meta.filename, createFlagsApp)
