import { OperatorError } from '#infra/command/operator-error.ts'
import * as z from 'zod'

import type { GcloudCommands, Percentages } from './commands.ts'
import { GcloudError, type GcloudRunner, outputOf } from './gcloud.ts'
import { CANDIDATE_TAG } from './names.ts'

/** The fields of `gcloud run services describe --format=json` that a rollout reads. */
const describedService = z.object({
  spec: z.object({
    template: z.object({ spec: z.object({ containers: z.tuple([z.object({ image: z.string() })], z.unknown()) }) }),
  }),
  status: z.object({
    latestCreatedRevisionName: z.string(),
    latestReadyRevisionName: z.string(),
    traffic: z.array(
      z.object({
        revisionName: z.string(),
        percent: z.int().optional(),
        tag: z.string().optional(),
        url: z.string().optional(),
      }),
    ),
  }),
})

const listedImages = z.array(z.object({ package: z.string(), version: z.string(), tags: z.array(z.string()) }))

export interface Service {
  /** Image of the newest revision, whether or not it serves. */
  readonly image: string
  readonly newest_revision: string
  readonly is_newest_ready: boolean
  /** Percent by revision, without zeros. */
  readonly traffic: Percentages
  /** The revision tagged as candidate, and its own URL. */
  readonly candidate: { readonly revision: string; readonly url: string } | undefined
}

/** The operations of a rollout on Cloud Run. Every method throws GcloudError when gcloud fails. */
export interface CloudRun {
  service(name: string): Promise<Service>
  deployWithoutTraffic(name: string, image: string): Promise<void>
  /** Tags the candidate, and tags the serving revision as the previous one. */
  tagCandidate(name: string, candidate: string, serving: string): Promise<void>
  untagCandidate(name: string): Promise<void>
  shiftTraffic(name: string, percentages: Percentages): Promise<void>
  /** Moves all traffic to one revision and removes the candidate's tag. */
  restoreTraffic(name: string, revision: string): Promise<void>
  /** The image named by its digest, which is immutable. Looks the digest up when the image is named by a tag. */
  imageByDigest(image: string): Promise<string>
}

export function cloudRun(run: GcloudRunner, commands: GcloudCommands): CloudRun {
  return {
    service: async (name) => serviceFrom(await outputOf(run, commands.describeService(name))),
    deployWithoutTraffic: async (name, image) => void (await outputOf(run, commands.deployWithoutTraffic(name, image))),
    tagCandidate: async (name, candidate, serving) =>
      void (await outputOf(run, commands.tagCandidate(name, candidate, serving))),
    untagCandidate: async (name) => void (await outputOf(run, commands.untagCandidate(name))),
    shiftTraffic: async (name, percentages) => void (await outputOf(run, commands.shiftTraffic(name, percentages))),
    restoreTraffic: async (name, revision) => void (await outputOf(run, commands.restoreTraffic(name, revision))),
    async imageByDigest(image) {
      if (/@sha256:[0-9a-f]{64}$/.test(image)) return image
      const [, repository, tag] = /^(.+):([\w.-]+)$/.exec(image) ?? []
      if (repository === undefined || tag === undefined)
        throw new OperatorError(`${image} has neither a tag nor a digest`)
      const listed = listedImages.parse(JSON.parse(await outputOf(run, commands.listImages(repository))))
      const found = listed.find(({ tags }) => tags.includes(tag))
      if (found === undefined) throw new OperatorError(`The image ${image} does not exist`)
      return `${found.package}@${found.version}`
    },
  }
}

function serviceFrom(json: string): Service {
  const { spec, status } = describedService.parse(JSON.parse(json))
  const traffic: Record<string, number> = {}
  for (const { revisionName, percent = 0 } of status.traffic) {
    if (percent > 0) traffic[revisionName] = (traffic[revisionName] ?? 0) + percent
  }
  const tagged = status.traffic.find(({ tag }) => tag === CANDIDATE_TAG)
  return {
    image: spec.template.spec.containers[0].image,
    newest_revision: status.latestCreatedRevisionName,
    is_newest_ready: status.latestCreatedRevisionName === status.latestReadyRevisionName,
    traffic,
    candidate: tagged?.url === undefined ? undefined : { revision: tagged.revisionName, url: tagged.url },
  }
}

/** Whether gcloud failed because the resource does not exist. */
export function isAbsent(error: unknown): boolean {
  return error instanceof GcloudError && /not found|\b404\b|matched no objects/i.test(error.stderr)
}
