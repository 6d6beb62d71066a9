import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import * as z from 'zod'

import { OperatorError } from '#infra/command/operator-error.ts'
import { type Clock, isoTime } from '#shared/base/clock.ts'
import { isAbsent } from './cloud-run.ts'
import type { GcloudCommands } from './commands.ts'
import { type GcloudRunner, outputOf } from './gcloud.ts'

/** The fields of `gcloud storage objects list --format=json` that are read here. */
const listedObjects = z.array(z.object({ name: z.string(), custom_time: z.string().nullish() }))

/**
 * The bucket with the assets of the app's releases. A page that an earlier release has loaded asks for its own chunks, so
 * those stay for 60 days after they left the newest release: Cloud Storage deletes by the custom time of an object.
 */
export interface AssetsBucket {
  /** Uploads the assets of this release. They have no custom time, also where an earlier release had them and left them. */
  upload(): Promise<void>
  /** Sets the custom time of assets that this release no longer has. @returns how many */
  dateOthers(): Promise<number>
}

interface AssetsBucketOptions {
  readonly run: GcloudRunner
  readonly commands: GcloudCommands
  readonly clock: Clock
  /** The built app, and the names of its assets. */
  readonly app_dir: string
  readonly names: readonly string[]
}

export function assetsBucket({ run, commands, clock, app_dir, names }: AssetsBucketOptions): AssetsBucket {
  const own = new Set(names)
  return {
    upload: async () => void (await outputOf(run, commands.uploadAssets(join(app_dir, 'assets')))),
    async dateOthers() {
      const others = (await listed()).filter(({ name, custom_time }) => !own.has(name) && !custom_time)
      if (others.length === 0) return 0
      const dated = others.map(({ name }) => name)
      await outputOf(run, commands.dateAssets(dated, isoTime(clock.nowMs())))
      return others.length
    },
  }

  async function listed(): Promise<z.infer<typeof listedObjects>> {
    try {
      return listedObjects.parse(JSON.parse(await outputOf(run, commands.listAssets())))
    } catch (error) {
      if (isAbsent(error)) return []
      throw error
    }
  }
}

/** The names of a built app's assets in their bucket. @throws OperatorError where there is no built app */
export function assetNames(app_dir: string): string[] {
  try {
    return readdirSync(join(app_dir, 'assets')).map((name) => `assets/${name}`)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error
    throw new OperatorError(
      `There is no built app in ${app_dir}. Its assets are uploaded before the image serves: check out the commit of the ` +
        'image, and run: npm ci && npm run build',
    )
  }
}
