import * as z from 'zod/mini'

import { calledOrigins } from '#shared/contract/app-config.ts'
import { address } from '#shared/settings/edge-settings.ts'
import { json } from '#shared/settings/json.ts'
import { setting, type SettingsOf } from '#shared/settings/settings.ts'

/** An email address or a page; nothing that a link would run. */
const contact = z.optional(
  z
    .string()
    .check(z.regex(/^(https:\/\/\S+|[^\s@]+@[^\s@]+)$/, { error: 'must be an email address or an https address' })),
)
const optionalAddress = { schema: z.optional(address), endpoints: (url: string | undefined) => (url ? [url] : []) }

/** What the app is told in `/config.json`, and where its files are. */
export const appSettings = {
  APP_DIR: setting({
    schema: z.optional(z.string()),
    description: 'Folder of the built app. By default the folder `app` beside the function.',
    example: 'dist/web/app',
  }),
  ASSETS_BUCKET: setting({
    schema: z.optional(
      z.string().check(z.regex(/^[a-z0-9][a-z0-9._-]{1,220}[a-z0-9]$/, { error: 'must be the name of a bucket' })),
    ),
    description: 'Bucket with the assets of all releases, for pages that an earlier one has loaded.',
    example: 'my-project-activation-assets',
  }),
  API_ORIGINS: setting({
    schema: z.optional(z.pipe(json, calledOrigins)),
    description:
      'JSON with the URL of each function that the app calls. Leave empty when the app and the API share one origin.',
    example: '{"audiences":"https://audiences-abc123-ew.a.run.app"}',
    endpoints: (origins) => Object.values(origins ?? {}),
  }),
  GOOGLE_CLIENT_ID: setting({
    schema: z.optional(
      z.string().check(
        z.regex(/^[\w-]+\.apps\.googleusercontent\.com$/, {
          error: 'must be a client id such as 123-abc.apps.googleusercontent.com',
        }),
      ),
    ),
    description:
      'OAuth client id with which users sign in with Google; an audience of Google in OIDC_ISSUERS. Without it the app ' +
      'is for guests.',
    example: '123456789012-abc.apps.googleusercontent.com',
  }),
  GOOGLE_SCRIPT_URL: setting({
    schema: z.optional(
      z.string().check(
        z.regex(/^http:\/\/(localhost|127\.0\.0\.1):\d+\/[\w/.-]+$/, {
          error: 'must be an address of this machine such as http://127.0.0.1:9003/gsi/client',
        }),
      ),
    ),
    description: "Address of the script that stands in for Google's sign-in. Set it only to use a stand-in.",
    example: 'http://127.0.0.1:9003/gsi/client',
    endpoints: (url) => (url === undefined ? [] : [url]),
  }),
  DEMO_TOKEN_URL: setting({
    ...optionalAddress,
    description: 'Where the local runtime gives out tokens for its demo account.',
    example: 'http://localhost:8080/local/token',
  }),
  SUGGESTION_URL: setting({
    ...optionalAddress,
    description: 'Service that suggests variables for a description. Without it users pick or paste them.',
    example: 'https://suggest.example.com/variables',
  }),
  SIZE_URL: setting({
    ...optionalAddress,
    description: 'Service that counts the people in segments. Without it users enter or import sizes.',
    example: 'https://size.example.com/segments',
  }),
  SUPPORT_CONTACT: setting({
    schema: contact,
    description: 'Email address or https address where users get help.',
    example: 'help@example.com',
  }),
  FEEDBACK_CONTACT: setting({
    schema: contact,
    description:
      'Email address or https address for what users think of the app. An https address is opened with what they wrote ' +
      'in its query: `message`, `page` and `version`. Without it the app asks for nothing.',
    example: 'https://forms.example.com/activation',
  }),
} as const

export type AppSettings = SettingsOf<typeof appSettings>
