import { existsSync, readdirSync } from 'node:fs'
import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'
import { text } from 'node:stream/consumers'

import { listen } from '#shared/http/server/serve.ts'
import { callGcloud, type Cloud, type Permits } from './cloud.ts'

/** A `gcloud` to put on the PATH: it hands each call to this process, where the state is. */
const SCRIPT = `#!/usr/bin/env bash
data=()
for arg in "$@"; do
  data+=(--data-urlencode "arg=$arg")
  if [[ $arg == - || $arg == --read-paths-from-stdin ]]; then data+=(--data-urlencode stdin@-); fi
done
code=70
{
  read -r code
  if [[ $code == 0 ]]; then cat; else cat >&2; fi
} < <(curl -sS "$STAND_IN_GCLOUD" "\${data[@]}")
exit "$code"
`

export interface GcloudProgram {
  /** PATH, and what the program needs. */
  readonly environment: Readonly<Record<string, string>>
  close(): Promise<void>
}

interface Options {
  readonly cloud: Cloud
  /** What the account that calls may do; by default everything. */
  readonly permits?: Permits
  /** Told before a call takes effect. */
  readonly beforeCall?: (args: readonly string[]) => void
}

export async function startGcloud({ cloud, permits, beforeCall }: Options): Promise<GcloudProgram> {
  const filesIn = (path: string) => readdirSync(path)
  const surroundings = { fileExists: existsSync, filesIn, permits }
  const folder = await mkdtemp(join(tmpdir(), 'gcloud-'))
  const path = join(folder, 'gcloud')
  await writeFile(path, SCRIPT)
  await chmod(path, 0o755)
  const server = createServer((request, response) => {
    const answer = async () => {
      const sent = new URLSearchParams(await text(request))
      const args = sent.getAll('arg')
      beforeCall?.(args)
      const { exit_code, stdout, stderr } = await callGcloud(cloud, args, sent.get('stdin') ?? '', surroundings)
      response.end(`${exit_code}\n${exit_code === 0 ? stdout : stderr}`)
    }
    answer().catch((error: unknown) => response.end(`70\nthe stand-in failed: ${String(error)}\n`))
  })
  const { port } = await listen(server, 0, '127.0.0.1')
  return {
    environment: {
      PATH: `${folder}${delimiter}${process.env['PATH'] ?? ''}`,
      STAND_IN_GCLOUD: `http://127.0.0.1:${port}`,
    },
    async close() {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
      await rm(folder, { recursive: true, force: true })
    },
  }
}
