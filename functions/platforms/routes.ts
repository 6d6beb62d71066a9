import { platformRoutes } from '#shared/contract/platforms.ts'
import { isObject } from '#shared/base/is-object.ts'
import { FieldErrors } from '#shared/records/validation/field-errors.ts'
import { readCredentials } from '#shared/ad-platforms/ad-platforms.ts'
import { platformInput, type PlatformType } from '#shared/records/platform.ts'
import * as z from 'zod/mini'

/** What is no object is wrong for every type of platform: it is told even when the type itself is bad. */
const credentials = z.unknown().check(
  z.superRefine((sent, context) => {
    if (sent === null || isObject(sent)) return
    for (const { message } of faultsFor('the_trade_desk', sent).shown) context.addIssue({ code: 'custom', message })
  }),
)

/** The routes of the contract, whose edge also validates the credentials of each type: one answer lists all faults. */
export const routes = {
  ...platformRoutes,
  savePlatform: {
    ...platformRoutes.savePlatform,
    body: platformInput(credentials, (type, sent) => (isObject(sent) ? faultsFor(type, sent) : new FieldErrors())),
  },
}

function faultsFor(type: PlatformType, sent: unknown): FieldErrors {
  const errors = new FieldErrors()
  readCredentials(type, sent, errors)
  return errors
}
