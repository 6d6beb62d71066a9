import react from '@vitejs/plugin-react'
import { createHash } from 'node:crypto'
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { defineConfig, type Plugin } from 'vite'

const APP = `${import.meta.dirname}/functions/web/app`

/** Where `npm start` listens, for `vite` in development. */
const SERVICE_URL = process.env['SERVICE_URL'] ?? 'http://localhost:8080'

/** Where `npm run dev` has this server listen, behind its own origin. */
const APP_SERVER_PORT = process.env['APP_SERVER_PORT']

/** Tells the service worker which files belong to this build; a build that differs in any of them has another cache. */
function precacheList(): Plugin {
  return {
    name: 'precache-list',
    apply: 'build',
    enforce: 'post',
    generateBundle(_options, bundle) {
      const worker = bundle['sw.js']
      if (worker?.type !== 'chunk') throw new Error('The build has no sw.js.')
      const files = Object.keys(bundle)
        .filter((name) => name.startsWith('assets/') && !name.endsWith('.map'))
        .toSorted()
        .map((name) => `/${name}`)
      const cache = `app-${createHash('sha256').update(files.join('\n')).digest('hex').slice(0, 12)}`
      worker.code = `const BUILD=${JSON.stringify({ cache, files })};\n${worker.code}`
    },
  }
}

/**
 * Browsers that know this line compile the script of every page beside its loading, instead of piece by piece while it runs. It has
 * to be the first line, which Vite's own plugins write last.
 */
function compiledWhileLoading(): Plugin {
  return {
    name: 'compiled-while-loading',
    apply: 'build',
    async writeBundle({ dir = '' }, bundle) {
      const scripts = Object.values(bundle).filter((file) => file.type === 'chunk' && file.name === 'index')
      for (const { fileName } of scripts) {
        const path = join(dir, fileName)
        await writeFile(path, `//# allFunctionsCalledOnLoad\n${await readFile(path, 'utf8')}`)
      }
    },
  }
}

/**
 * Puts the script that the first frame waits for before everything else of the page: as a classic one, which a build names. The
 * configuration is asked for beside the scripts, not after them.
 */
function firstRequests(): Plugin {
  const name = 'first-theme'
  return {
    name: 'first-requests',
    transformIndexHtml: {
      order: 'post',
      handler: (_html, { bundle = {} }) => {
        const built = Object.values(bundle).find((file) => file.type === 'chunk' && file.name === name)
        return [
          { tag: 'script', attrs: { src: `/${built?.fileName ?? `${name}.ts`}` }, injectTo: 'head-prepend' },
          {
            tag: 'link',
            attrs: { rel: 'preload', href: '/config.json', as: 'fetch', crossorigin: true },
            injectTo: 'head',
          },
        ]
      },
    },
  }
}

/** These import nothing: a service worker and a classic script have no modules. */
const ALONE = /[\\/](service-worker[\\/]|first-theme\.ts)/

/**
 * Few files: each one is asked for by itself, which costs a page more than the bytes that it does not need. One has what every page
 * waits for, one what several pages share.
 */
const CHUNKS = [
  { name: 'app', tags: ['$initial' as const], test: (id: string) => !ALONE.test(id) },
  { name: 'pages', minShareCount: 2, test: (id: string) => !ALONE.test(id) },
]

export default defineConfig(({ command }) => {
  // Whoever builds in tests builds what is delivered, too: React reads this.
  if (command === 'build') process.env['NODE_ENV'] = 'production'
  return {
    root: APP,
    // Behind that origin pages are asked for by their file, and what is neither page nor file is not there.
    appType: APP_SERVER_PORT === undefined ? 'spa' : 'mpa',
    plugins: [react(), firstRequests(), compiledWhileLoading(), precacheList()],
    server: {
      ...(APP_SERVER_PORT !== undefined && { hmr: { clientPort: Number(APP_SERVER_PORT) } }),
      proxy: Object.fromEntries(['/api', '/local', '/config.json'].map((path) => [path, SERVICE_URL])),
    },
    build: {
      outDir: `${import.meta.dirname}/dist/web/app`,
      emptyOutDir: true,
      manifest: true,
      target: ['chrome125', 'firefox128', 'safari18'],
      cssTarget: ['chrome125', 'firefox128', 'safari18'],
      // The content security policy allows no data URLs but for images.
      assetsInlineLimit: 0,
      modulePreload: { polyfill: false },
      // What every page waits for has a limit of its own: tests/web/browser/size.browser.ts.
      chunkSizeWarningLimit: 600,
      rolldownOptions: {
        input: {
          index: `${APP}/index.html`,
          'first-theme': `${APP}/first-theme.ts`,
          sw: `${APP}/service-worker/sw.ts`,
        },
        output: {
          entryFileNames: ({ name }) => (name === 'sw' ? 'sw.js' : 'assets/[name]-[hash].js'),
          codeSplitting: { groups: CHUNKS },
        },
      },
    },
  }
})
