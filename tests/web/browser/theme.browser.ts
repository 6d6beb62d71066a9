import type { Page } from 'playwright-core'
import { expect, test } from 'vitest'

import { siteForTests } from './site-for-tests.ts'
import { openPage } from './visits.ts'

const site = siteForTests()

const OTHER = { light: 'dark', dark: 'light' } as const
type Theme = keyof typeof OTHER

/** On a device that has the other theme, a page whose app comes only after it was drawn without. */
async function openWith(theme: Theme): Promise<Page> {
  const context = await site.visit({ colorScheme: OTHER[theme] })
  const page = await openPage(context, '/help')
  await page.evaluate((chosen) => localStorage.setItem('am.theme', chosen), theme)
  await page.reload()
  await page.getByRole('heading', { name: 'Saving', exact: true }).waitFor()
  return page
}

/** The colour of the corner in each frame, from a reload until the app is there: what was drawn, light or dark. */
async function reloadedFrames(page: Page): Promise<readonly Theme[]> {
  const session = await page.context().newCDPSession(page)
  const frames: string[] = []
  session.on('Page.screencastFrame', ({ data, sessionId }) => {
    frames.push(data)
    void session.send('Page.screencastFrameAck', { sessionId })
  })
  await session.send('Page.startScreencast', { format: 'png', everyNthFrame: 1 })
  const app = Promise.withResolvers<void>()
  await page.route('**/assets/index-*.js', async (route) => {
    await app.promise
    await route.continue()
  })
  const loaded = page.reload()
  await page.waitForFunction(() => performance.getEntriesByName('first-paint').length > 0)
  const drawn = frames.length
  app.resolve()
  await loaded
  await page.getByRole('heading', { name: 'Saving', exact: true }).waitFor()
  await expect.poll(() => frames.length).toBeGreaterThan(drawn)
  await session.send('Page.stopScreencast')
  await page.unroute('**/assets/index-*.js')
  return await themesOf(frames)
}

/** Decoded by a page that allows images from anywhere. */
async function themesOf(frames: readonly string[]): Promise<readonly Theme[]> {
  const decoder = await site.context.newPage()
  return await decoder.evaluate(async (images) => {
    const isDark = async (image: string): Promise<boolean> => {
      const bitmap = await createImageBitmap(await (await fetch(`data:image/png;base64,${image}`)).blob())
      const drawing = new OffscreenCanvas(1, 1).getContext('2d')!
      drawing.drawImage(bitmap, 0, 0)
      return drawing.getImageData(0, 0, 1, 1).data[0]! < 128
    }
    const are_dark = await Promise.all(images.map(isDark))
    return are_dark.map((is_dark) => (is_dark ? 'dark' : 'light'))
  }, frames)
}

test.each(['light', 'dark'] as const)('a page of who chose %s is so from its first frame on', async (theme) => {
  const page = await openWith(theme)
  const frames = await reloadedFrames(page)
  expect(new Set(frames)).toEqual(new Set([theme]))
  expect(await page.evaluate(() => document.documentElement.dataset['theme'])).toBe(theme)
})

test('the frames show the other theme where the first script is missing', async () => {
  const page = await openWith('light')
  await page.route('**/assets/first-theme-*.js', (route) => route.abort())
  expect(await reloadedFrames(page)).toContain('dark')
})
