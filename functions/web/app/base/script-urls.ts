/**
 * The only policy of Trusted Types that the page's security policy names: what the browser may load as a script is named
 * here. A browser without Trusted Types takes the text itself.
 */
interface ScriptPolicy {
  createScriptURL(url: string): string
}

interface PolicyFactory {
  createPolicy(name: string, rules: ScriptPolicy): ScriptPolicy
}

const SERVICE_WORKER = '/sw.js'
const factory = (globalThis as { readonly trustedTypes?: PolicyFactory }).trustedTypes

const rules: ScriptPolicy = {
  createScriptURL: (url) => {
    if (url !== SERVICE_WORKER) throw new TypeError(`${url} is no script of this app`)
    return url
  },
}

const policy = factory?.createPolicy('activation-manager', rules) ?? rules

export const serviceWorkerUrl = (): string => policy.createScriptURL(SERVICE_WORKER)
