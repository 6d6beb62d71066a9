import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { parse } from 'yaml'
import * as z from 'zod'

import { gcloudCommands } from '#infra/deliver/rollout/commands.ts'
import { deliveryAccountOf, imageOf, lockUrlOf } from '#infra/deliver/rollout/names.ts'
import { FUNCTION_NAMES } from '#shared/contract/functions.ts'
import { PROJECT_ROOT, runTool } from '#tests/house/planted-repository.ts'

/** cloudbuild.yaml as it stands. That it is a build at all, gcloud's own parser says: `npm run check:deploy`. */
const text = await readFile(join(PROJECT_ROOT, 'cloudbuild.yaml'), 'utf8')
const build = z
  .object({
    steps: z.array(
      z.object({
        id: z.string(),
        name: z.string(),
        entrypoint: z.string().optional(),
        args: z.array(z.string()),
        waitFor: z.tuple([z.string()], z.string()),
      }),
    ),
    substitutions: z.record(z.string(), z.string()),
    serviceAccount: z.string(),
    timeout: z.string(),
    options: z.object({ logging: z.literal('CLOUD_LOGGING_ONLY'), substitutionOption: z.literal('MUST_MATCH') }),
  })
  .parse(parse(text))
const stepOf = (id: string) => build.steps.find((step) => step.id === id)!

/** Those that Cloud Build sets itself, of which this build uses some. */
const BUILT_IN = ['PROJECT_ID', 'BUILD_ID', 'COMMIT_SHA']

/** Everything that has ended when a step begins. */
function before(id: string): Set<string> {
  const direct = stepOf(id).waitFor.filter((other) => other !== '-')
  return new Set([...direct, ...direct.flatMap((other) => [...before(other)])])
}

/** A text of the build as Cloud Build makes it. */
function substituted(value: string, more: Record<string, string> = {}): string {
  const values = { PROJECT_ID: 'my-project', BUILD_ID: 'b1', COMMIT_SHA: 'c1', ...build.substitutions, ...more }
  return Object.entries(values).reduce(
    (result, [name, to]) => result.replaceAll(new RegExp(`\\$\\{?${name}\\b\\}?`, 'g'), to),
    value,
  )
}

test('every step waits for steps before it, each of them named', () => {
  const seen = ['-']
  for (const { id, waitFor } of build.steps) {
    expect(seen).toEqual(expect.arrayContaining([...waitFor]))
    seen.push(id)
  }
  expect(new Set(seen).size).toBe(build.steps.length + 1)
})

test('nothing is pushed before the tests have passed, nothing rolled out before all else has ended', () => {
  expect(before('push')).toContain('test')
  expect(before('push')).toContain('image')
  expect(before('rollout').size).toBe(build.steps.length - 1)
  expect(build.steps.at(-1)!.id).toBe('rollout')
})

test('every substitution that is used is declared, and every one that is declared is used', () => {
  const [used_part = ''] = text.split(/^substitutions:$/m)
  const after = text.slice(text.search(/^serviceAccount:/m))
  const mentioned = [...`${used_part}${after}`.matchAll(/(?<!\$)\$\{?([A-Z_][A-Z0-9_]*)\b/g)].map(([, name]) => name!)
  const own = new Set(mentioned.filter((name) => !BUILT_IN.includes(name)))
  expect([...own].toSorted()).toEqual(Object.keys(build.substitutions).toSorted())
  expect(mentioned).toEqual(expect.arrayContaining(BUILT_IN))
})

test('the nightly build tests in the image that a delivery tests in', async () => {
  const nightly = await readFile(join(PROJECT_ROOT, '.ci/nightly.yaml'), 'utf8')
  expect(nightly).toContain(`name: ${substituted(stepOf('test').name)}\n`)
})

test('every step runs in an image of one version, the base image in the one that the Dockerfile names', async () => {
  const pinned = /^[\w./-]+:\d+\.\d+\.\d+[\w.-]*(@sha256:[0-9a-f]{64})?$/
  const images = build.steps.map(({ name }) => substituted(name))
  expect(images.filter((image) => !pinned.test(image))).toEqual([])
  const dockerfile = await readFile(join(PROJECT_ROOT, 'infra/deliver/build/Dockerfile'), 'utf8')
  expect(dockerfile).toContain(`\nARG NODE_IMAGE=${build.substitutions['_NODE_IMAGE']}\n`)
  const manifest = JSON.parse(await readFile(join(PROJECT_ROOT, 'package.json'), 'utf8')) as {
    devDependencies: { node: string }
  }
  expect(build.substitutions['_NODE_IMAGE']).toContain(`node:${manifest.devDependencies.node}-slim`)
  expect(build.substitutions['_TOOLS_IMAGE']).toContain(`node:${manifest.devDependencies.node}-`)
})

test('what is pushed is what was built and what is rolled out, where delivery looks for it', () => {
  const image = `${imageOf({ env: 'dev', project: 'my-project', region: 'europe-west1' })}:b1`
  expect(substituted(stepOf('image').args.join(' '))).toContain(`--tag=${image} .`)
  expect(stepOf('push').args.map((arg) => substituted(arg))).toEqual(['push', image])
  expect(stepOf('rollout').args.map((arg) => substituted(arg))).toContain(`--image=${image}`)
})

test('the rollout accepts the options that the build passes', async () => {
  // Only the wrong one is refused, so the command accepts all others.
  const [script = '', ...options] = stepOf('rollout').args.map((arg) => substituted(arg, { _GATE_MINUTES: '31' }))
  expect(stepOf('rollout').entrypoint).toBe('node_modules/.bin/node')
  const { exit_code, output } = await runTool(join('..', script), options, PROJECT_ROOT)
  expect(output).toMatch(/^--gate-minutes must be a number from 0 to 30, not 31\.\n/)
  expect(exit_code).toBe(2)
})

test('the command that submits this build by hand passes what it declares, from where the delivery account may read', async () => {
  const readme = await readFile(join(PROJECT_ROOT, 'infra/deliver/README.md'), 'utf8')
  const [command = ''] = /^gcloud builds submit (?:.*\\\n)*.*$/m.exec(readme) ?? []
  const [, passed = ''] = /--substitutions="([^"]*)"/.exec(command) ?? []
  const names = passed.split(',').map((pair) => pair.split('=')[0]!)
  const declared = [...Object.keys(build.substitutions), 'COMMIT_SHA']
  expect(names.filter((name) => !declared.includes(name))).toEqual([])
  expect(names).toEqual(expect.arrayContaining(['_ENV', '_REGION']))
  const [, , bucket] = lockUrlOf({ env: '$ENVIRONMENT', project: '$PROJECT', region: '$REGION' }).split('/')
  expect(command).toContain(`--gcs-source-staging-dir="gs://${bucket}/`)
  expect(build.serviceAccount).toContain(deliveryAccountOf({ project: '$PROJECT_ID' }))
})

test('the build may last as long as its waits and gates', () => {
  const minutes = Number(build.substitutions['_WAIT_MINUTES']) + 2 * 30 + 30
  expect(Number(build.timeout.replace('s', ''))).toBeGreaterThanOrEqual(minutes * 60)
})

test('adding a function changes nothing here', () => {
  for (const name of FUNCTION_NAMES) expect(text).not.toMatch(new RegExp(`\\bam-${name}\\b|functions/${name}\\b`))
})

test('callers without a token keep their access: no command of a rollout says otherwise, and none names a revision', () => {
  const commands = gcloudCommands({ env: 'dev', project: 'p', region: 'r' })
  const deploy = commands.deployWithoutTraffic('am-audiences', 'image').args
  expect(deploy).toContain('--no-traffic')
  expect(deploy.filter((arg) => /unauthenticated|invoker-iam-check|^--tag|^--revision-suffix/.test(arg))).toEqual([])
})
