import { describe, expect, test } from 'vitest'

import { type Framework, registerFunction } from '#shared/http/server/registered-function.ts'

const handler = () => Promise.resolve()

/** A framework whose testing entry has changed. */
const changed = (getFunction: Framework['getFunction']): Framework => ({ http: () => undefined, getFunction })

describe('a function', () => {
  test('is registered with the framework, and comes back as it is', () => {
    expect(registerFunction('audiences', handler)).toBe(handler)
  })

  test.each([
    ['lacks getFunction', changed(undefined), 'has no getFunction'],
    ['knows no such function', changed(() => undefined), 'returned undefined for "audiences"'],
    ['wraps the function', changed(() => () => handler()), 'returned another function for "audiences"'],
    ['returns something else', changed(() => ({ userFunction: handler })), 'returned [object Object] for "audiences"'],
  ])('is refused when the testing entry %s, with what to read', (_change, framework, found) => {
    const registered = () => registerFunction('audiences', handler, framework)
    expect(registered).toThrow(`@google-cloud/functions-framework/testing ${found}`)
    expect(registered).toThrow('infra/docs/decisions/0004-our-own-process-entry.md')
  })
})
