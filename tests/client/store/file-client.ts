import { systemClock } from '#shared/base/clock.ts'
import { ActivationClient } from '#shared/client/client.ts'
import { nodePorts } from '#shared/client/node/node-ports.ts'

/**
 * A process that makes audiences as a guest, in a folder, and prints each id that was kept, until it is killed; with `hold`
 * it only keeps the folder open.
 */
const [folder = '', what = ''] = process.argv.slice(2)
const client = await ActivationClient.open({
  ports: nodePorts(folder),
  api: { origins: 'http://nowhere.test', fetch: () => Promise.reject(new TypeError('offline')) },
  app_version: 'test',
})
process.stdout.write('open\n')
if (what === 'hold') await systemClock.sleep(60_000)
for (let number = 1; ; number++) {
  const outcome = await client.create('audience', { name: `Number ${number}`, description: 'x'.repeat(5000) })
  if (!outcome.ok) throw outcome.problem
  process.stdout.write(`${outcome.id}\n`)
}
