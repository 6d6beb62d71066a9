import { createRootRoute, createRoute, createRouter, lazyRouteComponent, redirect } from '@tanstack/react-router'

import { pageHistory } from './base/page-history.ts'
import { parseSearch, stringifySearch } from './base/search.ts'
import { Frame } from './frame/Frame.tsx'
import { PageFailed, PageMissing } from './frame/PageFailed.tsx'
import { distributionsSearch } from './pages/distributions/search.ts'
import { savedAudiencesSearch } from './pages/saved-audiences/search.ts'
import { SignIn } from './pages/sign-in/SignIn.tsx'
import { isUndecided } from './session/account.ts'
import { opened } from './session/session.ts'

/** The app's pages by their addresses; each one but the first is a file of its own, loaded when it is asked for. */

/** The first visit asks whether to sign in; the question itself, help and news stay open. */
const UNASKED: readonly string[] = ['/sign-in', '/help', '/what-is-new']

const root = createRootRoute({
  component: Frame,
  notFoundComponent: PageMissing,
  beforeLoad: ({ location: { href, pathname } }) => {
    const has_accounts = opened().config.sign_in.kind !== 'none'
    if (!has_accounts || !isUndecided() || UNASKED.includes(pathname)) return
    redirect({ to: '/sign-in', search: { next: href }, throw: true })
  },
})

const overview = createRoute({
  getParentRoute: () => root,
  path: '/',
  component: lazyRouteComponent(() => import('./pages/overview/Overview.tsx'), 'Overview'),
})

const saved_audiences = createRoute({
  getParentRoute: () => root,
  path: '/saved-audiences',
  validateSearch: savedAudiencesSearch,
  component: lazyRouteComponent(() => import('./pages/saved-audiences/SavedAudiences.tsx'), 'SavedAudiences'),
})

const audience = createRoute({
  getParentRoute: () => root,
  path: '/audience/$id',
  component: lazyRouteComponent(() => import('./pages/audience/AudiencePage.tsx'), 'AudiencePage'),
})

const new_audience = createRoute({
  getParentRoute: () => root,
  path: '/new-audience',
  validateSearch: ({ draft, step, name }: Record<string, unknown>) => textsOf({ draft, step, name }),
  component: lazyRouteComponent(() => import('./pages/builder/Builder.tsx'), 'Builder'),
})

const platforms = createRoute({
  getParentRoute: () => root,
  path: '/platforms',
  component: lazyRouteComponent(() => import('./pages/platforms/Platforms.tsx'), 'Platforms'),
})

const distributions = createRoute({
  getParentRoute: () => root,
  path: '/distributions',
  validateSearch: distributionsSearch,
  component: lazyRouteComponent(() => import('./pages/distributions/Distributions.tsx'), 'Distributions'),
})

const help = createRoute({
  getParentRoute: () => root,
  path: '/help',
  component: lazyRouteComponent(() => import('./pages/help/Help.tsx'), 'Help'),
})

const what_is_new = createRoute({
  getParentRoute: () => root,
  path: '/what-is-new',
  component: lazyRouteComponent(() => import('./pages/what-is-new/WhatIsNew.tsx'), 'WhatIsNew'),
})

const sign_in = createRoute({
  getParentRoute: () => root,
  path: '/sign-in',
  validateSearch: ({ next }: Record<string, unknown>) => textsOf({ next }),
  component: SignIn,
})

/** The members that are text. */
function textsOf<Name extends string>(members: Readonly<Record<Name, unknown>>): { [Key in Name]?: string } {
  const texts = Object.entries(members).filter(([, value]) => typeof value === 'string' && value !== '')
  return Object.fromEntries(texts) as { [Key in Name]?: string }
}

const pages = [overview, saved_audiences, audience, new_audience, platforms, distributions, help, what_is_new, sign_in]

export const router = createRouter({
  history: pageHistory(),
  routeTree: root.addChildren(pages),
  parseSearch,
  stringifySearch,
  defaultPreload: 'intent',
  defaultErrorComponent: PageFailed,
  // A page comes from the device: nothing stands in its place meanwhile.
  defaultPendingMs: 1_000,
  scrollRestoration: true,
  scrollToTopSelectors: ['#content'],
})

/** Loads the page of the address while the local data are still being opened. */
export function preloadPage(): void {
  const [, , page] = router.getMatchedRoutes(location.pathname)
  // The first visit is asked something before.
  if (page && !isUndecided()) router.loadRouteChunk(page)?.catch(() => undefined)
}

declare module '@tanstack/react-router' {
  interface Register {
    router: typeof router
  }
}
