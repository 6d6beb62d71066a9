import { openApiDocument } from '#shared/contract/openapi.ts'
import { OPENAPI_TEXTS } from './openapi-texts/texts.ts'
import { NAMED_SCHEMAS, ROUTES } from '#shared/contract/routes.ts'

/** From the project's folder. */
export const OPENAPI_PATH = 'shared/contract/openapi.json'

/** The document as it is committed. */
export function openApiText(): string {
  return `${JSON.stringify(openApiDocument(ROUTES, NAMED_SCHEMAS, OPENAPI_TEXTS), null, 2)}\n`
}
