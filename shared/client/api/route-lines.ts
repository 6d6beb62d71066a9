import type * as z from 'zod/mini'

import type { audienceRoutes } from '../../contract/audiences.ts'
import type { distributionRoutes } from '../../contract/distributions.ts'
import type { flagsRoutes } from '../../contract/flags.ts'
import type { insightRoutes } from '../../contract/insights.ts'
import type { platformRoutes } from '../../contract/platforms.ts'
import type { Route } from '../../contract/route.ts'
import type { syncRoutes } from '../../contract/sync.ts'

/**
 * The contract's routes of users as a small table. Their schemas are types here and nothing else, so that a page which only
 * calls does not carry them. A line that differs from its route, and a route without a line, do not compile.
 */
export interface UserRoutes {
  readonly audiences: typeof audienceRoutes
  readonly platforms: typeof platformRoutes
  readonly distributions: typeof distributionRoutes
  readonly insights: typeof insightRoutes
  readonly sync: typeof syncRoutes
  readonly flags: typeof flagsRoutes
}

export type UserFunction = keyof UserRoutes

/** What a client needs of a route; which function answers it, the routes' place says. */
export type CalledRoute = Omit<Route, 'function' | 'summary' | 'access'>

/** What a call needs to know of its route at run time. */
export interface RouteLine {
  readonly method: CalledRoute['method']
  readonly path: string
  /** The member of the body by which a client chooses the id: the same change twice is then one. */
  readonly own_id?: string
  /** The service knows a repeated one by itself, or nothing is changed by it, though it is no GET. */
  readonly is_repeatable?: boolean
  /** Its answer is a file. */
  readonly is_download?: boolean
  /**
   * Members, besides `success`, by which the JSON of a success is known to be this answer. Not all of them: a release of
   * the service that does not send the newest one yet still answers.
   */
  readonly has?: readonly string[]
}

/** The line of one route. */
type LineOf<R extends CalledRoute> = RouteLine & { readonly method: R['method']; readonly path: R['path'] } & OwnId<R> &
  Answer<R>

type OwnId<R extends CalledRoute> = R extends { body: infer B extends z.ZodMiniType }
  ? { readonly own_id?: keyof z.input<B> & string }
  : { readonly own_id?: never }

type Answer<R extends CalledRoute> = R extends { answers: { 200: { media_types: readonly string[] } } }
  ? { readonly is_download: true }
  : { readonly is_download?: false; readonly has: readonly MemberOf<R['answers'][keyof R['answers']]>[] }

type MemberOf<A> = A extends { body: infer B extends z.ZodMiniType }
  ? Exclude<keyof z.output<B> & string, 'success'>
  : never

type RouteLines<T extends Readonly<Record<string, CalledRoute>>> = { readonly [Name in keyof T]: LineOf<T[Name]> }

const audience = '/api/audiences/{audience_id}'
const platform = '/api/platforms/{platform_id}'
const distribution = '/api/distributions/{distribution_id}'

const BATCH = ['dry_run', 'results', 'counts', 'next_cursor'] as const
const VERSIONS = ['versions', 'count', 'kept_since_version', 'gap', 'next_cursor'] as const

export const ROUTE_LINES: { readonly [F in UserFunction]: RouteLines<UserRoutes[F]> } = {
  audiences: {
    saveAudience: {
      method: 'POST',
      path: '/api/audiences',
      own_id: 'audience_id',
      has: ['audience_id', 'audience', 'message'],
    },
    listAudiences: { method: 'GET', path: '/api/audiences', has: ['audiences', 'count', 'next_cursor'] },
    exportAudiences: { method: 'GET', path: '/api/audiences/export', is_download: true },
    batchAudiences: { method: 'POST', path: '/api/audiences/batch', is_repeatable: true, has: BATCH },
    getAudience: { method: 'GET', path: audience, has: ['audience'] },
    patchAudience: { method: 'PATCH', path: audience, has: ['audience'] },
    deleteAudience: { method: 'DELETE', path: audience, has: [] },
    restoreAudience: { method: 'POST', path: `${audience}/restore`, has: ['audience', 'message'] },
    setAudienceStatus: { method: 'PUT', path: `${audience}/status`, has: ['audience', 'message'] },
    listAudienceDistributions: {
      method: 'GET',
      path: `${audience}/distributions`,
      has: ['distributions', 'count', 'next_cursor'],
    },
    exportAudience: { method: 'GET', path: `${audience}/export`, is_download: true },
    duplicateAudience: {
      method: 'POST',
      path: `${audience}/duplicate`,
      own_id: 'audience_id',
      has: ['audience_id', 'audience', 'message'],
    },
    getAudienceUsage: { method: 'GET', path: `${audience}/usage`, has: ['usage'] },
    getInsightsOfAudience: { method: 'GET', path: `${audience}/insights`, has: ['sizes', 'platforms'] },
    listAudienceVersions: { method: 'GET', path: `${audience}/versions`, has: VERSIONS },
    getAudienceVersion: {
      method: 'GET',
      path: `${audience}/versions/{version}`,
      has: ['audience', 'restorable', 'obstacles'],
    },
    restoreAudienceVersion: {
      method: 'POST',
      path: `${audience}/versions/{version}/restore`,
      has: ['audience', 'message'],
    },
    forgetAudienceVersions: { method: 'DELETE', path: `${audience}/versions`, has: [] },
    listTags: { method: 'GET', path: '/api/tags', has: ['tags', 'count', 'next_cursor'] },
    renameTag: { method: 'POST', path: '/api/tags/rename', is_repeatable: true, has: ['changed', 'more'] },
  },
  platforms: {
    savePlatform: {
      method: 'POST',
      path: '/api/platforms',
      own_id: 'platform_id',
      has: ['platform_id', 'platform', 'message'],
    },
    listPlatforms: { method: 'GET', path: '/api/platforms', has: ['platforms', 'count', 'next_cursor'] },
    exportPlatforms: { method: 'GET', path: '/api/platforms/export', is_download: true },
    batchPlatforms: { method: 'POST', path: '/api/platforms/batch', is_repeatable: true, has: BATCH },
    getPlatform: { method: 'GET', path: platform, has: ['platform'] },
    patchPlatform: { method: 'PATCH', path: platform, has: ['platform'] },
    deletePlatform: { method: 'DELETE', path: platform, has: [] },
    restorePlatform: { method: 'POST', path: `${platform}/restore`, has: ['platform', 'message'] },
    setPlatformStatus: { method: 'PUT', path: `${platform}/status`, has: ['platform', 'message'] },
    replacePlatformCredentials: { method: 'PUT', path: `${platform}/credentials`, has: ['platform', 'message'] },
    testPlatform: { method: 'POST', path: `${platform}/test`, has: ['ok', 'code', 'message', 'checked_at'] },
    exportPlatform: { method: 'GET', path: `${platform}/export`, is_download: true },
    duplicatePlatform: {
      method: 'POST',
      path: `${platform}/duplicate`,
      own_id: 'platform_id',
      has: ['platform_id', 'platform', 'message'],
    },
    getPlatformUsage: { method: 'GET', path: `${platform}/usage`, has: ['usage'] },
    listPlatformVersions: { method: 'GET', path: `${platform}/versions`, has: VERSIONS },
    getPlatformVersion: {
      method: 'GET',
      path: `${platform}/versions/{version}`,
      has: ['platform', 'restorable', 'obstacles'],
    },
    restorePlatformVersion: {
      method: 'POST',
      path: `${platform}/versions/{version}/restore`,
      has: ['platform', 'message'],
    },
    forgetPlatformVersions: { method: 'DELETE', path: `${platform}/versions`, has: [] },
  },
  distributions: {
    saveDistribution: {
      method: 'POST',
      path: '/api/distributions',
      own_id: 'distribution_id',
      has: ['distribution_id', 'distribution', 'message'],
    },
    listDistributions: { method: 'GET', path: '/api/distributions', has: ['distributions', 'count', 'next_cursor'] },
    exportDistributions: { method: 'GET', path: '/api/distributions/export', is_download: true },
    getDistribution: { method: 'GET', path: distribution, has: ['distribution'] },
    deleteDistribution: { method: 'DELETE', path: distribution, has: [] },
    setDistributionStatus: { method: 'PUT', path: `${distribution}/status`, has: ['distribution', 'message'] },
    exportDistribution: { method: 'GET', path: `${distribution}/export`, is_download: true },
    listDistributionVersions: { method: 'GET', path: `${distribution}/versions`, has: VERSIONS },
    getDistributionVersion: {
      method: 'GET',
      path: `${distribution}/versions/{version}`,
      has: ['distribution', 'restorable', 'obstacles'],
    },
    restoreDistributionVersion: {
      method: 'POST',
      path: `${distribution}/versions/{version}/restore`,
      has: ['distribution', 'message'],
    },
    forgetDistributionVersions: { method: 'DELETE', path: `${distribution}/versions`, has: [] },
  },
  insights: {
    getSummary: { method: 'GET', path: '/api/users/{user_id}/summary', has: ['summary'] },
    getAudienceInsights: { method: 'GET', path: '/api/insights/audiences', has: ['months'] },
    getDistributionInsights: { method: 'GET', path: '/api/insights/distributions', has: ['months'] },
  },
  sync: {
    pull: { method: 'POST', path: '/api/sync/pull', is_repeatable: true, has: ['partitions', 'cursor', 'more'] },
    push: { method: 'POST', path: '/api/sync/push', is_repeatable: true, has: ['results'] },
    undo: { method: 'POST', path: '/api/undo', is_repeatable: true, has: ['undone', 'left', 'more'] },
  },
  flags: {
    getFlags: { method: 'GET', path: '/api/flags', has: ['flags', 'notice'] },
  },
}
