import { mkdtemp, rm } from 'node:fs/promises'
import { createServer } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import type { FunctionName } from '#shared/contract/functions.ts'
import { bundleFunctions } from '#infra/deliver/build/bundle.ts'
import { PROJECT_ROOT } from '#infra/project-root.ts'
import { createLocalIssuer } from '#infra/stand-ins/issuer/issuer.ts'
import { HEAP_OF_INSTANCE } from '#tests/faults/small-instance.ts'
import { BUCKET, environmentOf, listening } from '#tests/functions/audiences/harness.ts'
import { startProgram, type Measured } from './processes.ts'

/** Functions as they are deployed, each in a process of its own, and their store in another one. */
export interface Deployed {
  readonly folder: string
  readonly issuer_url: string
  readonly store: Measured
  readonly functions: readonly Measured[]
  /** The same one all the time, as a browser has it for an hour. */
  tokenOf(user_id: string): Promise<string>
  end(): Promise<void>
}

export async function startDeployed(names: readonly FunctionName[]): Promise<Deployed> {
  const folder = await mkdtemp(join(tmpdir(), 'deployed-'))
  const issuer_server = createServer()
  const issuer_url = await listening(issuer_server)
  const issuer = await createLocalIssuer({ data_dir: folder, issuer: issuer_url, audience: 'app' })
  issuer_server.on('request', issuer.listener)
  const tokens = new Map<string, Promise<string>>()
  const tokenOf: Deployed['tokenOf'] = (sub) => {
    const token = tokens.get(sub) ?? issuer.sign({ sub })
    tokens.set(sub, token)
    return token
  }
  const store_program = join(PROJECT_ROOT, 'infra/stand-ins/gcs/main.ts')
  const store = await startProgram(
    [store_program, '--data', join(folder, 'objects'), '--bucket', BUCKET, '--no-versioning'],
    {},
    ({ url }) => (typeof url === 'string' ? url : undefined),
  )
  const bundles = await bundleFunctions({ project_root: PROJECT_ROOT, out_dir: join(folder, 'bundles'), names })
  const functions = await Promise.all(
    bundles.map(({ name, path }) => {
      const environment = {
        ...environmentOf({ issuer_url, gcs_url: store.url }),
        FUNCTION_TARGET: name,
        PORT: '0',
        // The line that names its port.
        LOG_LEVEL: 'INFO',
      }
      return startProgram([...HEAP_OF_INSTANCE, path], environment, ({ message, port }) =>
        message === 'listening' ? `http://127.0.0.1:${String(port)}` : undefined,
      )
    }),
  )
  return {
    folder,
    issuer_url,
    store,
    functions,
    tokenOf,
    end: async () => {
      for (const { end } of [...functions, store]) await end()
      issuer_server.closeAllConnections()
      issuer_server.close()
      await rm(folder, { recursive: true, force: true })
    },
  }
}
