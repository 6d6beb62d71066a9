import type { Routes } from './route.ts'

/** The web function's routes below `/api`: it has only the one that every function has. Its pages are no part of the API. */
export const webRoutes = {} as const satisfies Routes

/** The app's pages. The app routes by this list, and the web function answers these addresses with the app and no others. */
export const APP_PAGES = [
  '/',
  '/saved-audiences',
  '/audience/{audience_id}',
  '/new-audience',
  '/platforms',
  '/distributions',
  '/help',
  '/what-is-new',
  '/sign-in',
] as const
