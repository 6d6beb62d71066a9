import { openApiDocument } from '#shared/contract/openapi.ts'
import { NAMED_SCHEMAS, ROUTES } from '#shared/contract/routes.ts'

/** From the project's folder. */
export const OPENAPI_PATH = 'shared/contract/openapi.json'

/** The document as it is committed. */
export function openApiText(): string {
  return `${JSON.stringify(openApiDocument(ROUTES, NAMED_SCHEMAS), null, 2)}\n`
}
