import { fc, runs } from '#tests/support/seeds.ts'
import { createServer, type Server } from 'node:http'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'

import { BEHAVIOURS } from '#infra/stand-ins/ad-platforms/behaviours.ts'
import { viewCredentials } from '#shared/ad-platforms/ad-platforms.ts'
import { closed, listening } from '#tests/http/harness.ts'
import { errorsOf, GOOD, type RunningAdPlatforms, runAdPlatforms, TYPES } from './harness.ts'

let running: RunningAdPlatforms
/** A platform that throws everything it was sent back, with every status. */
let echo: Server
let echo_url: string
let status = 200
beforeAll(async () => {
  running = await runAdPlatforms()
  echo = createServer((request, response) => {
    const chunks: Uint8Array[] = []
    request.on('data', (chunk: Uint8Array) => chunks.push(chunk))
    request.on('end', () => {
      const heard = `${request.url} ${JSON.stringify(request.headers)} ${Buffer.concat(chunks).toString()}`
      const error = { code: 190, message: heard, details: [], status: heard }
      response.writeHead(status, { 'Content-Type': 'application/json', Location: `/${status}` })
      response.end(JSON.stringify({ Message: heard, message: heard, access_token: 'a', error }))
    })
  })
  echo_url = await listening(echo)
})
afterAll(async () => {
  await running.close()
  await closed(echo)
})

const SECRET_FIELD = /secret|token|api_key/
/** Long enough that it cannot turn up by chance. */
const randomSecret = fc
  .array(fc.integer({ min: 0x21, max: 0x7e }), { minLength: 16, maxLength: 120 })
  .map((codes) => String.fromCharCode(...codes))

describe('secrets', () => {
  test.each(TYPES)('%s: never in a result, a hint or what the stand-in records', async (type) => {
    const behaviours = BEHAVIOURS.filter((name) => name !== 'slow')
    await fc.assert(
      fc.asyncProperty(randomSecret, fc.constantFrom(...behaviours), async (secret, behaviour) => {
        const credentials = Object.fromEntries(
          Object.entries(GOOD[type]).map(([name, value]) => [
            name,
            SECRET_FIELD.test(name) ? `${behaviour}-${name}-${secret}`.slice(0, 190) : value,
          ]),
        )
        expect(errorsOf(type, credentials)).toEqual([])
        const from = running.requests.length
        const result = await running.test(type, credentials)
        const seen = [result, viewCredentials(type, credentials), running.requests.slice(from)]
        const text = JSON.stringify(seen)
        expect(text).not.toContain(JSON.stringify(secret.slice(0, 12)).slice(1, -1))
        expect(text).not.toContain(encodeURIComponent(secret.slice(0, 12)))
      }),
      runs(3, 125),
    )
  })

  test.each(TYPES)('%s: not even when the platform repeats them in its answer', async (type) => {
    const settings = Object.fromEntries(
      Object.entries(running.settings).map(([name, value]) => [name, name.endsWith('_URL') ? echo_url : value]),
    ) as typeof running.settings
    for (status of [200, 301, 400, 401, 403, 404, 429, 500, 503]) {
      const credentials = Object.fromEntries(
        Object.entries(GOOD[type]).map(([name, value]) => [name, SECRET_FIELD.test(name) ? `hidden-${name}` : value]),
      )
      const result = await running.test(type, credentials, { settings })
      expect(result.ok).toBe(false)
      expect(JSON.stringify(result)).not.toMatch(/hidden-|1234567890|abc1234/)
    }
  })

  test.each(TYPES)('%s: never in the errors about them', (type) => {
    fc.assert(
      fc.property(randomSecret, (secret) => {
        for (const name of Object.keys(GOOD[type])) {
          const errors = errorsOf(type, { ...GOOD[type], [name]: `${secret}\n` })
          expect(errors).toHaveLength(1)
          expect(JSON.stringify(errors)).not.toContain(JSON.stringify(secret).slice(1, -1))
        }
      }),
      runs(6, 250),
    )
  })
})
