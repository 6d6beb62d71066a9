import { join } from 'node:path'

/** The folder of the checkout, absolute. */
export const PROJECT_ROOT = join(import.meta.dirname, '..')
