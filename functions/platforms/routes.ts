import { platformRoutes } from '#shared/contract/platforms.ts'
import type { FieldError } from '#shared/base/problem.ts'
import { readCredentials } from '#shared/destinations/destinations.ts'
import { platformInput, type PlatformType } from '#shared/records/platform.ts'
import * as z from 'zod'

/** The routes of the contract, whose edge also knows the credentials of each type: all that is bad is told at once. */
export const routes = {
  ...platformRoutes,
  savePlatform: { ...platformRoutes.savePlatform, body: platformInput(z.unknown(), credentialFaults) },
}

function credentialFaults(type: PlatformType, credentials: unknown): readonly FieldError[] {
  const errors: FieldError[] = []
  readCredentials(type, credentials, errors)
  return errors
}
