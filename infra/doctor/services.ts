import * as z from 'zod'

import type { Google } from './google.ts'

const page = z.object({
  services: z.array(z.object({ config: z.object({ name: z.string() }) })).default([]),
  nextPageToken: z.string().optional(),
})

/** The services of Google that are on in a project, as hosts. */
export async function enabledServices(google: Google, project: string): Promise<ReadonlySet<string>> {
  const names = new Set<string>()
  let page_token: string | undefined
  do {
    const { services, nextPageToken } = page.parse(
      await google.get('serviceusage', `/v1/projects/${project}/services`, {
        filter: 'state:ENABLED',
        pageSize: '200',
        // Whole, each service has a description of many kilobytes.
        fields: 'services(config/name),nextPageToken',
        ...(page_token === undefined ? {} : { pageToken: page_token }),
      }),
    )
    for (const { config } of services) names.add(config.name)
    page_token = nextPageToken
  } while (page_token)
  return names
}
