import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import * as z from 'zod'

/** The release of Node that functions run on. */
export const NODE_MAJOR = 24

const FRAMEWORK = '@google-cloud/functions-framework'

const projectPackage = z.object({
  version: z.string(),
  dependencies: z.object({ [FRAMEWORK]: z.string().regex(/^\d+\.\d+\.\d+$/, 'must be an exact version') }),
})

/**
 * The package.json of a built function, with which `gcloud functions deploy --source` and `gcloud run deploy --function`
 * take its folder. The bundle itself needs no package. Google's buildpack installs the dependencies and starts
 * `functions-framework` from them, so the framework that serves the function is of the version that we test with.
 * Source: https://github.com/GoogleCloudPlatform/buildpacks/tree/main/cmd/nodejs/functions_framework
 */
export async function functionPackage(project_root: string, name: string): Promise<object> {
  const text = await readFile(join(project_root, 'package.json'), 'utf8')
  const { version, dependencies } = projectPackage.parse(JSON.parse(text))
  return {
    name: `activation-manager-${name}`,
    version,
    private: true,
    main: 'index.cjs',
    // Without a function's name, `gcloud run deploy --source` starts this: our own process, as in the image.
    scripts: { start: 'node index.cjs' },
    engines: { node: `^${NODE_MAJOR}` },
    dependencies,
  }
}
