import type { Browser, BrowserContext, BrowserContextOptions, Page } from 'playwright-core'

import type { AppConfig } from '#shared/contract/app-config.ts'
import type { WebSite } from './web-site.ts'

/** Who visits the app: a guest, somebody who has signed in before, or somebody new. */
export type Visitor = { readonly kind: 'new' | 'guest' } | { readonly kind: 'account'; readonly user_id: string }

export interface VisitOptions extends BrowserContextOptions {
  readonly visitor?: Visitor
  /** Whose account the sign-in gives. */
  readonly user_id?: string
  /** How people sign in there; without it as the account of `user_id`. */
  readonly sign_in?: AppConfig['sign_in']
  /** Pages then are also answered by the service worker, from the second one on. */
  readonly has_service_worker?: boolean
}

const SCREEN = { width: 1400, height: 880 }

/** A browser with nothing stored but who visits. What layout shifts is counted on each page: see `shiftsOf`. */
export async function startVisit(
  browser: Browser,
  { url }: Pick<WebSite, 'url'>,
  {
    visitor = { kind: 'guest' },
    user_id = 'visitor',
    sign_in,
    has_service_worker = false,
    ...options
  }: VisitOptions = {},
): Promise<BrowserContext> {
  const context = await browser.newContext({
    baseURL: url,
    viewport: SCREEN,
    locale: 'en-GB',
    timezoneId: 'Europe/Berlin',
    serviceWorkers: has_service_worker ? 'allow' : 'block',
    ...options,
  })
  const account_id = visitor.kind === 'account' ? visitor.user_id : user_id
  const config = { ...(await configFor(url, account_id)), ...(sign_in && { sign_in }) }
  await context.route('**/config.json', (route) => route.fulfill({ json: config }))
  await context.addInitScript(keepVisitor, {
    is_guest: visitor.kind === 'guest',
    account:
      visitor.kind === 'account'
        ? JSON.stringify({ issuer: config.issuer, user_id: account_id, email: emailOf(account_id) })
        : null,
  })
  await context.addInitScript(countShifts)
  return context
}

/** The configuration of the site, with an account of the test's own behind its sign-in. */
async function configFor(url: string, user_id: string): Promise<AppConfig> {
  const config = (await (await fetch(`${url}/config.json`)).json()) as AppConfig
  if (config.sign_in.kind !== 'demo') throw new Error('the site has no demo account')
  return { ...config, sign_in: { ...config.sign_in, account: { user_id, name: user_id, email: emailOf(user_id) } } }
}

function emailOf(user_id: string): string {
  return `${user_id}@example.com`
}

interface KeptVisitor {
  readonly is_guest: boolean
  readonly account: string | null
}

/** Runs in the page, once for each browser: what the page keeps later is left as it is. */
const keepVisitor = ({ is_guest, account }: KeptVisitor): void => {
  if (location.origin === 'null' || localStorage.getItem('test.visitor') !== null) return
  localStorage.setItem('test.visitor', 'told')
  if (is_guest) localStorage.setItem('am.guest', 'yes')
  if (account !== null) localStorage.setItem('am.account', account)
}

/** Runs in the page. Also what moves right after a key or a click counts: nothing may jump. */
const countShifts = (): void => {
  const shifts: string[] = []
  Object.assign(globalThis, { shifts })
  new PerformanceObserver((list) => {
    for (const entry of list.getEntries()) {
      const { value, sources } = entry as PerformanceEntry & {
        value: number
        sources: readonly { node: Node | null }[]
      }
      const moved = sources.map(({ node }) => (node instanceof Element ? node.className || node.tagName : '?'))
      shifts.push(`${value.toFixed(4)} ${moved.join(', ')}`)
    }
  }).observe({ type: 'layout-shift', buffered: true })
}

/** What has moved on the page since it was loaded: how far, and which elements. */
export async function shiftsOf(page: Page): Promise<readonly string[]> {
  return await page.evaluate(() => (globalThis as { shifts?: string[] }).shifts ?? [])
}

/** Opens a page of the app, and waits until it is there. */
export async function openPage(context: BrowserContext, path: string): Promise<Page> {
  const page = await context.newPage()
  await page.goto(path)
  await page.getByRole('button', { name: /^Sync: / }).waitFor()
  return page
}

/** The words in the corner, whole. */
export async function syncWordsOn(page: Page): Promise<string> {
  return await page
    .getByRole('button', { name: /^Sync: / })
    .locator('span')
    .nth(1)
    .evaluate(({ textContent }) => textContent)
}

/** The next push is answered as if the account were full. */
export async function refuseNextPush(of: BrowserContext): Promise<void> {
  await of.route(
    '**/api/sync/push',
    async (route) => {
      const { mutations } = route.request().postDataJSON() as { mutations: readonly { seq: number }[] }
      const problem = {
        type: 'about:blank',
        title: 'Limit reached',
        status: 422,
        detail: 'The limit is reached.',
        code: 'quota-exceeded',
      }
      const results = mutations.map(({ seq }) => ({ seq, status: 'invalid', problem }))
      await route.fulfill({ json: { success: true, results } })
    },
    { times: 1 },
  )
}
