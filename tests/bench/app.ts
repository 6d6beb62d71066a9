/**
 * The app as a person feels it, in Chromium on the processor of a mid-range phone and a connection of 10 Mbit/s and 40 ms: a first
 * visit, a return, keys and clicks among 10 000 audiences and 1000 segments, and scrolling. Beside each stands a page of the
 * same size that runs nothing: the browser's own share. Every time is printed with its limit; nothing is asserted.
 */
import { build } from 'esbuild'
import { join } from 'node:path'
import type { BrowserContext, Page } from 'playwright-core'

import { startChromium } from '#tests/client/browser/chromium.ts'
import { initialBytes } from '#tests/web/browser/initial-files.ts'
import { startWebSite, type WebSite } from '#tests/web/browser/web-site.ts'
import { fillAccount } from './app/fill-account.ts'
import { calibrateMidTier } from './app/mid-tier.ts'
import { startStaticPage } from './app/static-page.ts'
import { figuresOf, printRow } from './figures.ts'

const COUNT = 10_000
const SEGMENTS = 1000
const RUNS = 5
const GESTURES = 10
const WAIT_MS_MAX = 120_000
/** Longer than a page waits for a moment in which it is idle. */
const STAY_MS = 5000
const CONNECTION = { offline: false, latency: 40, downloadThroughput: 10e6 / 8, uploadThroughput: 10e6 / 8 }
const SCROLL = { frames: 120, step_px: 240 }
/** Two frames of 60 a second: a person sees that one is missing. */
const FRAME_MS_MAX = 34

interface Loaded {
  readonly lcp_ms: number
  readonly interactive_ms: number
}

const SHOWN = { sign_in: '#content button', audiences: '#content a[href^="/audience/"]', static: 'main li' }

const [browser, site, probe] = await Promise.all([startChromium(), startWebSite(), probeScript()])
const [static_page, processor] = [await startStaticPage(COUNT), await calibrateMidTier(browser)]
try {
  const { own_index, slowdown, indexNow } = processor
  console.log(
    `processor: index ${own_index.toFixed(0)}, slowed down ${slowdown.toFixed(2)} times to ${(await indexNow()).toFixed(0)}`,
  )
  await measureAll(site)
  console.log(`index of the slowed processor, after all: ${(await indexNow()).toFixed(0)}`)
} finally {
  await processor.end()
  await browser.close()
  await static_page.end()
  await site.end()
}

async function measureAll({ url }: WebSite): Promise<void> {
  const bytes = await initialBytes()
  console.log(`scripts that every page waits for: ${(bytes / 1000).toFixed(1)} of 180 kB`)
  printRow('', ['here', 'limit', 'static page', 'ratio'])

  const [first, first_static]: [Loaded[], Loaded[]] = [[], []]
  // In turns: what else the machine does meets both.
  for (let run = 0; run < RUNS; run++) {
    first.push(await inNewContext((context) => visit(context, `${url}/`, SHOWN.sign_in)))
    first_static.push(await inNewContext((context) => visit(context, static_page.url, SHOWN.static)))
  }
  printLoads('first visit', first, first_static)

  await fillAccount(url, COUNT)
  await inNewContext(async (context) => {
    await signIn(context, url)
    await stay(context, `${url}/saved-audiences`)
    const [back, back_static]: [Loaded[], Loaded[]] = [[], []]
    for (let run = 0; run < RUNS; run++) {
      back.push(await visit(context, `${url}/saved-audiences`, SHOWN.audiences))
      back_static.push(await visit(context, static_page.url, SHOWN.static))
    }
    printLoads(`return to ${COUNT} audiences`, back, back_static)
    await measureGestures(context, url)
    await measureFrames(context, url)
  })
}

async function measureGestures(context: BrowserContext, url: string): Promise<void> {
  const plain = await openSlow(context, static_page.url, SHOWN.static)
  await plain.getByRole('textbox').click()
  const plain_key_ms = await slowest(plain, () => plain.keyboard.type('weekend ru'))
  const plain_click_ms = await slowest(plain, () => repeated(() => plain.getByRole('button').click()))
  await plain.close()

  const page = await openSlow(context, `${url}/saved-audiences`, SHOWN.audiences)
  await page.getByRole('searchbox').first().click()
  printInteraction('a key in the search', await slowest(page, () => page.keyboard.type('weekend 12')), plain_key_ms)
  await page.getByRole('searchbox').first().fill('')
  const menu = async (): Promise<void> => {
    await page.getByRole('button', { name: /^Account: / }).click()
    await page.keyboard.press('Escape')
  }
  printInteraction('a menu', await slowest(page, () => repeated(menu)), plain_click_ms)
  const openOne = async (): Promise<void> => {
    await page.locator(SHOWN.audiences).first().click()
    await page.getByRole('button', { name: 'Rename' }).waitFor()
    await page.goBack()
    await page.locator(SHOWN.audiences).first().waitFor()
  }
  printInteraction('an audience is opened', await slowest(page, () => repeated(openOne)), plain_click_ms)
  await page.close()

  const builder = await context.newPage()
  await builder.goto(`${url}/new-audience`)
  await builder
    .getByRole('navigation', { name: 'Steps' })
    .getByRole('link', { name: /Segments/ })
    .click()
  await builder.getByRole('radio', { name: 'Import CSV or JSON' }).check()
  const rows = Array.from({ length: SEGMENTS }, (_, at) => `Segment ${at},${1000 + at}`)
  await builder.getByRole('textbox', { name: 'Content' }).fill(`name,size\n${rows.join('\n')}`)
  await builder.getByRole('button', { name: `Import ${SEGMENTS.toLocaleString('en')} segments` }).click()
  await builder.getByRole('textbox', { name: 'Records of Segment 500' }).click()
  await slowDown(builder)
  await slowest(builder, () => builder.keyboard.press('End'))
  const key_ms = await slowest(builder, () => builder.keyboard.type('1234567890'))
  printInteraction(`a key among ${SEGMENTS} segments`, key_ms, plain_key_ms)
  await builder.close()
}

async function measureFrames(context: BrowserContext, url: string): Promise<void> {
  const scrolled = async (address: string, shown: string): Promise<readonly number[]> => {
    const page = await openSlow(context, address, shown)
    const told = await page.evaluate(`probe.scroll('#content', ${JSON.stringify(SCROLL)})`)
    await page.close()
    const { durations_ms, reached_px } = told as { durations_ms: number[]; reached_px: number }
    if (reached_px < SCROLL.frames * SCROLL.step_px * 0.9) throw new Error(`it scrolled ${reached_px} px only`)
    return durations_ms
  }
  const plain = await scrolled(static_page.long_url, SHOWN.static)
  for (const view of ['cards', 'table']) {
    printFrames(`scrolling ${view}`, await scrolled(`${url}/saved-audiences?view=${view}`, SHOWN.audiences), plain)
  }
}

async function inNewContext<Result>(work: (context: BrowserContext) => Promise<Result>): Promise<Result> {
  const context = await browser.newContext({ viewport: { width: 1400, height: 880 }, locale: 'en-GB' })
  context.setDefaultTimeout(WAIT_MS_MAX)
  await context.addInitScript({ content: probe })
  try {
    return await work(context)
  } finally {
    await context.close()
  }
}

/** Until everything is on the device, and the service worker has the app. */
async function signIn(context: BrowserContext, url: string): Promise<void> {
  const page = await context.newPage()
  await page.goto(`${url}/sign-in`)
  await page.getByRole('button', { name: /^Sign in as / }).click()
  await page.getByRole('button', { name: 'Sync: All changes saved' }).waitFor()
  await page.evaluate('navigator.serviceWorker.ready.then(() => undefined)')
  await page.close()
}

async function visit(context: BrowserContext, address: string, shown: string): Promise<Loaded> {
  const page = await slowPage(context)
  await page.goto(address)
  const loaded: Loaded = await page.evaluate(`probe.loaded(${JSON.stringify(shown)})`)
  await page.close()
  return loaded
}

/** As a person who looks at the list for a while before they come back to it: what a page keeps, it keeps when it is idle. */
async function stay(context: BrowserContext, address: string): Promise<void> {
  const page = await context.newPage()
  await page.goto(address)
  await page.locator(SHOWN.audiences).first().waitFor()
  await page.waitForTimeout(STAY_MS)
  await page.close()
}

async function openSlow(context: BrowserContext, address: string, shown: string): Promise<Page> {
  const page = await slowPage(context)
  await page.goto(address)
  await page.evaluate(`probe.loaded(${JSON.stringify(shown)})`)
  return page
}

async function slowPage(context: BrowserContext): Promise<Page> {
  const page = await context.newPage()
  await slowDown(page)
  return page
}

async function slowDown(page: Page): Promise<void> {
  const session = await page.context().newCDPSession(page)
  await session.send('Network.enable')
  await session.send('Network.emulateNetworkConditions', CONNECTION)
  await session.send('Emulation.setCPUThrottlingRate', { rate: processor.slowdown })
}

/** The time of the slowest key or click of what is done; browsers tell none below 16 ms. */
async function slowest(page: Page, act: () => Promise<unknown>): Promise<number> {
  await page.evaluate('probe.interactions()')
  await act()
  const durations_ms: number[] = await page.evaluate('probe.interactions()')
  return Math.max(16, ...durations_ms)
}

async function repeated(act: () => Promise<void>): Promise<void> {
  for (let gesture = 0; gesture < GESTURES; gesture++) await act()
}

async function probeScript(): Promise<string> {
  const entry = join(import.meta.dirname, 'app/page/probe.ts')
  const { outputFiles } = await build({ entryPoints: [entry], bundle: true, target: 'es2024', write: false })
  return outputFiles[0]!.text
}

function printLoads(what: string, own: readonly Loaded[], plain: readonly Loaded[]): void {
  const row = (words: string, limit_ms: number, pick: (one: Loaded) => number): void =>
    printTimes(`${what}, ${words}`, figuresOf(own.map(pick)).p50, limit_ms, figuresOf(plain.map(pick)).p50)
  row('interactive', 1000, ({ interactive_ms }) => interactive_ms)
  row('largest paint', 1200, ({ lcp_ms }) => lcp_ms)
}

function printInteraction(what: string, own_ms: number, plain_ms: number): void {
  printTimes(`${what}, the slowest`, own_ms, 100, plain_ms)
}

function printTimes(what: string, own_ms: number, limit_ms: number, plain_ms: number): void {
  const cells = [own_ms, limit_ms, plain_ms].map((duration_ms) => `${duration_ms.toFixed(0)} ms`)
  printRow(what, [...cells, `${(own_ms / plain_ms).toFixed(1)} ×`])
}

function printFrames(what: string, own_ms: readonly number[], plain_ms: readonly number[]): void {
  const lateOf = (durations_ms: readonly number[]) =>
    `${durations_ms.filter((duration_ms) => duration_ms > FRAME_MS_MAX).length} late`
  const p90Of = (durations_ms: readonly number[]) => figuresOf(durations_ms).p90
  const ratio = p90Of(own_ms) / p90Of(plain_ms)
  printRow(`${what}, a frame, p90`, [
    `${p90Of(own_ms).toFixed(0)} ms, ${lateOf(own_ms)}`,
    `${FRAME_MS_MAX} ms`,
    `${p90Of(plain_ms).toFixed(0)} ms, ${lateOf(plain_ms)}`,
    `${ratio.toFixed(1)} ×`,
  ])
}
