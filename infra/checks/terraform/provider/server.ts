import {
  loadPackageDefinition,
  Server,
  ServerCredentials,
  type sendUnaryData,
  type ServiceDefinition,
} from '@grpc/grpc-js'
import { loadSync } from '@grpc/proto-loader'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import type { ProviderSchema } from './package.ts'
import type { BlockSchema } from './schema.ts'

/**
 * A Terraform provider that has a schema and nothing behind it: what `terraform validate` and tests with mocked
 * providers need. Terraform does not start it; it is told where this process listens:
 * https://developer.hashicorp.com/terraform/plugin/debugging#terraform-cli-environment-variables
 */
export interface ProviderServer {
  /** The entry of this provider in `TF_REATTACH_PROVIDERS`. */
  readonly reattach: Readonly<Record<string, object>>
  close(): Promise<void>
}

/** @param name of the provider, such as `google` */
export async function startProvider(name: string, schema: ProviderSchema): Promise<ProviderServer> {
  const service = serviceOf('tfplugin5', 'Provider')
  // Asked for again and again, and always the same.
  const schema_bytes = service['GetSchema']!.responseSerialize({
    provider: { block: blockMessage(schema.provider) },
    resource_schemas: schemaMessages(schema.resources),
    data_source_schemas: schemaMessages(schema.data_sources),
  })
  const GetSchema = { ...service['GetSchema']!, responseSerialize: () => schema_bytes }
  const server = new Server()
  server.addService(
    { ...service, GetSchema },
    {
      GetSchema: answer(() => ({})),
      PrepareProviderConfig: answer(({ config }) => ({ prepared_config: config })),
      ValidateResourceTypeConfig: answer(() => ({ diagnostics: [] })),
      ValidateDataSourceConfig: answer(() => ({ diagnostics: [] })),
      // Each command says that it is done; there is another one after it.
      Stop: answer(() => ({ error: '' })),
    },
  )
  const folder = await mkdtemp(join(tmpdir(), 'provider-'))
  const socket = join(folder, 'socket')
  await new Promise<void>((resolve, reject) => {
    server.bindAsync(`unix://${socket}`, ServerCredentials.createInsecure(), (error) => {
      if (error) reject(error)
      else resolve()
    })
  })
  const address = { Network: 'unix', String: socket }
  return {
    reattach: {
      [`registry.terraform.io/hashicorp/${name}`]: {
        Protocol: 'grpc',
        ProtocolVersion: 5,
        Pid: process.pid,
        Test: true,
        Addr: address,
      },
    },
    async close() {
      server.forceShutdown()
      await rm(folder, { recursive: true, force: true })
    },
  }
}

interface Request {
  readonly config: unknown
}

function answer(make: (request: Request) => object) {
  return ({ request }: { request: Request }, done: sendUnaryData<object>): void => done(null, make(request))
}

function serviceOf(package_name: string, service: string): ServiceDefinition {
  const definition = loadPackageDefinition(
    loadSync(join(import.meta.dirname, 'tfplugin5.proto'), { keepCase: true, longs: Number, enums: String }),
  )
  const loaded = definition[package_name] as Readonly<Record<string, { service: ServiceDefinition }>>
  return loaded[service]!.service
}

function schemaMessages(blocks: Readonly<Record<string, BlockSchema>>): Record<string, object> {
  return Object.fromEntries(Object.entries(blocks).map(([name, block]) => [name, { block: blockMessage(block) }]))
}

function blockMessage({ attributes, block_types }: BlockSchema): object {
  return {
    attributes: Object.entries(attributes).map(([name, { type, ...presence }]) => ({
      name,
      type: Buffer.from(JSON.stringify(type)),
      ...presence,
    })),
    block_types: Object.entries(block_types).map(([type_name, { block, nesting_mode, min_items, max_items }]) => ({
      type_name,
      block: blockMessage(block),
      nesting: nesting_mode.toUpperCase(),
      min_items: min_items ?? 0,
      max_items: max_items ?? 0,
    })),
  }
}
