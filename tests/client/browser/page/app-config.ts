/** What the page of app-page.ts is told when it is loaded, as `/config.json` tells an app. */
export interface AppConfig {
  /** Of the functions: one for all (empty: the page's own), or each its own. */
  readonly origins: string | Readonly<Record<string, string>>
  readonly token_url: string
  readonly issuer: string
  readonly app_version: string
}
