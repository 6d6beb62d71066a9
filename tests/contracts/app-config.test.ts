import { expect, it } from 'vitest'

import type { ApiOptions } from '#shared/client/api/api.ts'
import { ROUTE_LINES } from '#shared/client/api/route-lines.ts'
import { type AppConfig, appConfig, CALLED_FUNCTIONS } from '#shared/contract/app-config.ts'

const DEMO = { user_id: 'demo_user', name: 'Demo user', email: 'demo@example.com' }
const CONFIG: AppConfig = {
  origins: '',
  issuer: 'http://localhost/local/issuer',
  sign_in: { kind: 'demo', token_url: 'http://localhost:8080/local/token', account: DEMO },
  app_version: '0.1.0+local',
}

it('the client takes the origins as the configuration has them', () => {
  const origins: ApiOptions['origins'] = CONFIG.origins
  expect(origins).toBe('')
  expect([...CALLED_FUNCTIONS].toSorted()).toEqual(Object.keys(ROUTE_LINES).toSorted())
})

it('a map of origins names every function that the app calls', () => {
  const origins = Object.fromEntries(CALLED_FUNCTIONS.map((name) => [name, `https://${name}.example.com`]))
  expect(appConfig.safeParse({ ...CONFIG, origins }).success).toBe(true)
  expect(appConfig.safeParse({ ...CONFIG, origins: { ...origins, sync: undefined } }).success).toBe(false)
})

it('a page ignores what a newer release adds', () => {
  expect(appConfig.parse({ ...CONFIG, colour: 'green' })).toEqual(CONFIG)
})

const NOT_HTTP = ['javascript:alert(1)', 'data:text/plain,a', '//elsewhere.example', '/local/token']

it.each(NOT_HTTP)('%s is no address of a service', (url) => {
  expect(appConfig.safeParse({ ...CONFIG, suggestion_url: url }).success).toBe(false)
  expect(appConfig.safeParse({ ...CONFIG, origins: url }).success).toBe(false)
})
