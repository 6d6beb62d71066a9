import { join } from 'node:path'

import { systemClock } from '#shared/base/clock.ts'
import { systemRandom } from '#shared/base/random.ts'
import { webRoutes } from '#shared/contract/web.ts'
import { createApp } from '#shared/http/app.ts'
import type { FunctionApp, Overrides } from '#shared/http/server/function-app.ts'
import { deployable } from '#shared/http/server/serve.ts'
import { streamLog } from '#shared/logging/log.ts'
import { gcsObjectStore } from '#shared/objects/gcs-object-store.ts'
import { edgeSettings, storageSettings } from '#shared/settings/edge-settings.ts'
import { type Environment, readSettings, SettingsError } from '#shared/settings/settings.ts'
import { type AppFiles, PAGE_FILE, readAppFolder } from './app-folder.ts'
import { appConfigOf } from './config.ts'
import { webSite } from './handler.ts'
import { releasedAssets } from './released-assets.ts'
import { appSettings } from './settings.ts'

const { STORAGE_API_ENDPOINT } = storageSettings
export const webSettings = { ...edgeSettings, STORAGE_API_ENDPOINT, ...appSettings }

/** The web function, composed: the built app beside it, and the bucket with the assets of all releases. */
export function createWebApp(environment: Environment, overrides: Overrides = {}): FunctionApp {
  const settings = readSettings(webSettings, environment)
  const { clock = systemClock, random = systemRandom, ending } = overrides
  const log = overrides.log ?? streamLog(clock, { level: settings.LOG_LEVEL })
  const files = filesIn(settings.APP_DIR ?? join(import.meta.dirname, 'app'), settings.K_SERVICE !== undefined)
  const { ASSETS_BUCKET: bucket, STORAGE_API_ENDPOINT: api_endpoint } = settings
  const store = bucket === undefined ? undefined : gcsObjectStore({ bucket, api_endpoint, clock })
  return createApp({
    function: 'web',
    routes: webRoutes,
    handlers: {},
    site: webSite({
      files,
      config: appConfigOf(settings, files?.get(PAGE_FILE)?.tag ?? 'none'),
      readAsset: store === undefined ? async () => undefined : releasedAssets(store, { clock, random }),
    }),
    settings,
    clock,
    random,
    log,
    ending,
    probe: async () => await store?.list('assets/', { limit: 1 }),
  })
}

/** @throws SettingsError for a function on the cloud without its app */
function filesIn(dir: string, on_cloud: boolean): AppFiles | undefined {
  const files = readAppFolder(dir)
  if (files === undefined && on_cloud) {
    throw new SettingsError([{ name: 'APP_DIR', message: `has no built app: ${dir} lacks ${PAGE_FILE.slice(1)}` }])
  }
  return files
}

export const web = deployable(import.meta.filename, createWebApp)
