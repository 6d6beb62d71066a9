import type { IncomingHttpHeaders } from 'node:http'

import type { Routes } from '#shared/contract/route.ts'
import { APP_PAGES } from '#shared/contract/web.ts'
import { createRouter } from '#shared/http/request/router.ts'

/** The app's pages, as the edge's router takes them: the web function and the development server answer by one table. */
export const pageRouter = createRouter(routesOfPages())

function routesOfPages(): Routes {
  const route = { function: 'web', method: 'GET', summary: 'A page', access: 'public', answers: {} } as const
  return Object.fromEntries(APP_PAGES.map((path) => [path, { ...route, path }]))
}

/** A person who follows a link, also through a service worker; a page that loads a file does not ask for HTML. */
export function isNavigation({ accept }: IncomingHttpHeaders): boolean {
  return (accept ?? '').includes('text/html')
}
