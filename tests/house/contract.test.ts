import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it } from 'vitest'

import { CLIENT_TYPES_PATH, clientTypes } from '#infra/generate/client-types.ts'
import { openApiText } from '#infra/generate/openapi.ts'
import { PROJECT_ROOT, runTool } from './planted-repository.ts'

interface Contract {
  servers?: unknown
  info: { license?: unknown }
  tags: { description?: string }[]
  paths: Record<
    string,
    Record<string, { description?: string; operationId: string; parameters: { example: unknown }[] }>
  >
}

/** What the lint of the contract must refuse, each planted into the real one. */
const PLANTED: Readonly<Record<string, (contract: Contract) => void>> = {
  'no-empty-servers': (contract) => delete contract.servers,
  'info-license': ({ info }) => delete info.license,
  'tag-description': ({ tags }) => delete tags[0]!.description,
  'operation-description': ({ paths }) => delete paths['/api/audiences']!['get']!.description,
  'operation-operationId-unique': ({ paths }) => {
    paths['/api/audiences']!['get']!.operationId = 'saveAudience'
  },
  'no-invalid-parameter-examples': ({ paths }) => {
    paths['/api/audiences']!['get']!.parameters[0]!.example = 'no-status'
  },
}

it('the lint of the contract refuses what tools would stumble over', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'contract-'))
  const files: string[] = []
  for (const [rule, plant] of Object.entries(PLANTED)) {
    const contract = JSON.parse(openApiText()) as Contract
    plant(contract)
    files.push(join(folder, `${rule}.json`))
    await writeFile(files.at(-1)!, JSON.stringify(contract))
  }
  const config = ['--config', join(PROJECT_ROOT, 'infra/checks/contract/redocly.yaml'), '--format=github-actions']
  const { exit_code, output } = await runTool('@redocly/cli/bin/cli.js', ['lint', ...files, ...config], PROJECT_ROOT)
  await rm(folder, { recursive: true })
  expect(exit_code).toBe(1)
  for (const rule of Object.keys(PLANTED))
    expect(output).toMatch(new RegExp(`::error title=${rule},file=\\S*${rule}\\.json`))
})

it('the committed types of the client are those that the generator makes of the contract', async () => {
  const committed = await readFile(join(PROJECT_ROOT, CLIENT_TYPES_PATH), 'utf8')
  expect(committed.slice(committed.indexOf('\n') + 1)).toBe(await clientTypes(openApiText()))
})
