/**
 * The direction of imports, as one table per kind of rule. tests/house/imports.test.ts plants a violation of each
 * rule and checks that every source file was looked at: without `parser: 'swc'` the cruiser sees no TypeScript at all
 * and is content.
 */
import type { IConfiguration, IForbiddenRuleType } from 'dependency-cruiser'

/** What each folder of `shared` may import from `shared`, besides itself. */
const SHARED_LAYERS = {
  base: [],
  logging: ['base'],
  settings: ['base', 'logging', 'records'],
  records: ['base'],
  contract: ['base', 'records'],
  http: ['base', 'logging', 'settings', 'records', 'contract'],
  client: ['base', 'records', 'contract'],
  objects: ['base'],
  parquet: ['base'],
  table: ['base', 'objects', 'parquet'],
  credentials: ['base'],
  'ad-platforms': ['base', 'records'],
  resources: ['base', 'logging', 'settings', 'records', 'contract', 'http', 'objects', 'parquet', 'table'],
} as const satisfies Record<string, readonly string[]>

/**
 * What each folder inside `shared/http` and `shared/table` may import of that folder, besides itself. What is not named
 * stands above them all (`app.ts`, `table.ts`).
 */
const SHARED_LAYERS_WITHIN = {
  http: {
    auth: ['call.ts'],
    request: ['call.ts'],
    response: ['call.ts'],
    server: ['request/', 'response/'],
  },
  table: {
    object: ['events.ts'],
    read: ['events.ts', 'object/'],
    commit: ['events.ts', 'object/', 'read/'],
    recovery: ['events.ts', 'object/', 'read/', 'commit/'],
  },
} as const satisfies Record<string, Record<string, readonly string[]>>

/**
 * What each folder of `infra` may import of the project, besides itself, infra/command and the files directly in `infra`. A stand-in
 * knows nothing of the code that is tested against it; nothing that delivers the functions or operates a bucket depends
 * on the local runtime, except for the salt of local user hashes.
 */
const INFRA_LAYERS = {
  command: ['shared/settings/'],
  'stand-ins': ['shared/base/', 'shared/http/', 'shared/ad-platforms/'],
  local: [
    'infra/stand-ins/',
    'functions/',
    'shared/base/',
    'shared/logging/',
    'shared/settings/',
    'shared/contract/',
    'shared/http/',
    'shared/objects/',
  ],
  operate: [
    'infra/stand-ins/',
    'infra/local/user-hash-salt.ts',
    'functions/maintenance/',
    'functions/flags/config.ts',
    'functions/flags/decision.ts',
    'shared/base/',
    'shared/contract/flags.ts',
    'shared/logging/',
    'shared/settings/',
    'shared/records/',
    'shared/objects/',
    'shared/parquet/',
    'shared/table/',
    'shared/credentials/',
    'shared/ad-platforms/',
  ],
  audiences: ['shared/base/', 'shared/records/', 'shared/contract/', 'shared/client/', 'shared/settings/'],
  deliver: ['shared/base/', 'shared/records/', 'shared/contract/', 'shared/table/'],
  doctor: ['infra/deliver/rollout/', 'shared/base/', 'shared/contract/functions.ts', 'shared/records/'],
  rights: ['shared/contract/'],
  generate: [
    'infra/operate/bigquery/tables.ts',
    'infra/rights/',
    'functions/',
    'shared/base/',
    'shared/settings/',
    'shared/records/',
    'shared/contract/',
    'shared/parquet/',
    'shared/table/',
  ],
  checks: ['infra/deliver/', 'infra/generate/', 'shared/base/'],
} as const satisfies Record<string, readonly string[]>

/**
 * Folders whose subfolders do not import each other. `common` is the one that all of them may import; all may import
 * the files directly in the folder.
 */
const KEPT_APART = [
  {
    rule: 'function-imports-function',
    folder: 'functions',
    common: undefined,
    comment: 'Functions are deployed separately; code that two of them need belongs in shared.',
  },
  {
    rule: 'stand-in-imports-stand-in',
    folder: 'infra/stand-ins',
    common: 'kit',
    comment: 'Each stand-in replaces one service; code that two of them need belongs in infra/stand-ins/kit.',
  },
  {
    rule: 'command-imports-command',
    folder: 'infra/operate',
    common: undefined,
    comment: 'Each command of the operator stands alone; code that two of them need belongs directly in infra/operate.',
  },
  {
    rule: 'delivery-imports-delivery',
    folder: 'infra/deliver',
    common: undefined,
    comment: 'Build, bills of materials and rollout are separate programs, joined only by files in dist.',
  },
]

/** Packages that one folder hides from the rest. */
const PACKAGE_HOMES = [
  { rule: 'parquet-library', packages: 'hyparquet(-writer)?', homes: '^(shared|tests)/parquet/' },
  { rule: 'storage-sdk', packages: '@google-cloud/storage', homes: '^(shared/objects|tests)/' },
  {
    rule: 'bigquery-sdk',
    packages: '@google-cloud/bigquery',
    homes: '^(infra/operate/bigquery|tests/infra/operate/bigquery)/',
  },
  { rule: 'kms-sdk', packages: '@google-cloud/kms', homes: '^(shared/credentials|tests)/' },
  { rule: 'functions-framework', packages: '@google-cloud/functions-framework', homes: '^(shared/http|tests)/' },
  { rule: 'aws-signature-library', packages: 'aws4fetch', homes: '^shared/ad-platforms/' },
  { rule: 'token-library', packages: 'jose', homes: '^(shared/http|infra/stand-ins/issuer|tests/bench/cpu)/' },
]

/** The files of adapter folders that are no adapters: what a handler may name. */
const PORTS = '^shared/(objects/(object-store|json-object)|credentials/(key-wrapper|vault))\\.ts$'

const layerRules = Object.entries(SHARED_LAYERS).map(([folder, below]): IForbiddenRuleType => ({
  name: `shared-${folder}`,
  comment: `shared/${folder} may import ${[folder, ...below].join(', ')} of shared, nothing else.`,
  severity: 'error',
  from: { path: `^shared/${folder}/` },
  to: { path: '^shared/', pathNot: `^shared/(${[folder, ...below].join('|')})/` },
}))

/** A regular expression of paths that begin with one of `prefixes`; a prefix that names a file is that file. */
const beginningWith = (prefixes: readonly string[]): string => `^(${prefixes.join('|').replaceAll('.', '\\.')})`

const withinRules = Object.entries(SHARED_LAYERS_WITHIN).flatMap(([parent, layers]) =>
  Object.entries<readonly string[]>(layers).map(([folder, below]): IForbiddenRuleType => {
    const allowed = [`${folder}/`, ...below]
    return {
      name: `shared-${parent}-${folder}`,
      comment: `shared/${parent}/${folder} may import ${allowed.join(', ')} of shared/${parent}, nothing else.`,
      severity: 'error',
      from: { path: `^shared/${parent}/${folder}/` },
      to: { path: `^shared/${parent}/`, pathNot: beginningWith(allowed.map((path) => `shared/${parent}/${path}`)) },
    }
  }),
)

const infraRules = Object.entries(INFRA_LAYERS).map(([folder, below]): IForbiddenRuleType => ({
  name: `infra-${folder}`,
  comment: `infra/${folder} may import ${below.join(', ')}, nothing else of the project.`,
  severity: 'error',
  from: { path: `^infra/${folder}/` },
  to: {
    path: '^(functions|infra|shared)/',
    pathNot: ['^infra/(command/|[^/]+$)', beginningWith([`infra/${folder}/`, ...below])],
  },
}))

const apartRules = KEPT_APART.map(({ rule, folder, common, comment }): IForbiddenRuleType => ({
  name: rule,
  comment,
  severity: 'error',
  from: { path: `^${folder}/([^/]+)/` },
  to: {
    path: `^${folder}/[^/]+/`,
    pathNot: [`^${folder}/$1/`, ...(common === undefined ? [] : [`^${folder}/${common}/`])],
  },
}))

const packageRules = PACKAGE_HOMES.map(({ rule, packages, homes }): IForbiddenRuleType => ({
  name: `only-home-${rule}`,
  comment: `Only ${homes} imports ${packages}.`,
  severity: 'error',
  from: { path: '.', pathNot: homes },
  to: { path: `(^|/)node_modules/${packages}/` },
}))

const config: IConfiguration = {
  forbidden: [
    ...layerRules,
    ...withinRules,
    ...infraRules,
    ...apartRules,
    {
      name: 'shared-unknown-folder',
      comment: 'A new folder of shared gets its place in SHARED_LAYERS first.',
      severity: 'error',
      from: {},
      to: { path: '^shared/', pathNot: `^shared/(${Object.keys(SHARED_LAYERS).join('|')})/` },
    },
    {
      name: 'shared-stands-alone',
      comment: 'shared never imports functions, infra or tests.',
      severity: 'error',
      from: { path: '^shared/' },
      to: { path: '^(functions|infra|tests)/' },
    },
    {
      name: 'infra-unknown-folder',
      comment: 'A new folder of infra gets its place in INFRA_LAYERS first.',
      severity: 'error',
      from: { path: '^infra/[^/]+/', pathNot: `^infra/(${Object.keys(INFRA_LAYERS).join('|')})/` },
      to: {},
    },
    {
      name: 'infra-common-files',
      comment: 'Every folder of infra may import the files directly in it, so they import only shared/base.',
      severity: 'error',
      from: { path: '^infra/[^/]+$' },
      to: { path: '^(functions|infra|shared)/', pathNot: '^(infra/[^/]+$|shared/base/)' },
    },
    {
      name: 'function-imports-tooling',
      comment: 'Nothing local, built or tested is deployed.',
      severity: 'error',
      from: { path: '^functions/' },
      to: { path: '^(infra|tests)/' },
    },
    {
      name: 'function-imports-client',
      comment: 'The client is for the single page app and for tests.',
      severity: 'error',
      from: { path: '^functions/', pathNot: '^functions/web/' },
      to: { path: '^shared/client/' },
    },
    {
      name: 'client-names-no-node',
      comment: 'A browser has no modules of Node; of the client only shared/client/node may use them.',
      severity: 'error',
      from: { path: '^shared/client/', pathNot: '^shared/client/node/' },
      to: { dependencyTypes: ['core'] },
    },
    {
      name: 'client-adapters-apart',
      comment: 'The client sees its ports; whoever starts it names the adapters.',
      severity: 'error',
      from: { path: '^shared/client/', pathNot: '^shared/client/(browser|node|memory)/' },
      to: { path: '^shared/client/(browser|node|memory)/' },
    },
    {
      name: 'client-browser-and-node-apart',
      comment: 'What is for a browser is bundled without Node, and what is for Node runs without a browser.',
      severity: 'error',
      from: { path: '^shared/client/(browser|node)/' },
      to: { path: '^shared/client/(browser|node)/', pathNot: '^shared/client/$1/' },
    },
    {
      name: 'web-app',
      comment: 'The app (folders inside functions/web) uses client, contract, records, base and parquet.',
      severity: 'error',
      from: { path: '^functions/web/[^/]+/' },
      to: { path: '^shared/', pathNot: '^shared/(client|contract|records|base|parquet)/' },
    },
    {
      name: 'web-server',
      comment: 'What serves the app (files directly in functions/web) keeps no records.',
      severity: 'error',
      from: { path: '^functions/web/[^/]+$' },
      to: { path: '^shared/', pathNot: '^shared/(http|contract|settings|logging|objects|base)/' },
    },
    {
      name: 'handler-names-no-adapter',
      comment: 'Only index.ts wires adapters; everything else of a function sees ports.',
      severity: 'error',
      from: { path: '^functions/', pathNot: '^functions/[^/]+/index\\.ts$' },
      to: {
        path: '^shared/(objects|credentials)/|^shared/resources/function-context|(^|/)node_modules/@google-cloud/',
        pathNot: PORTS,
      },
    },
    {
      name: 'handler-reaches-no-sdk',
      comment: 'A handler must run in the simulation: no cloud SDK behind any of its imports.',
      severity: 'error',
      from: { path: '^functions/[^/]+/handler\\.ts$' },
      to: { path: '(^|/)node_modules/@google-cloud/(storage|kms)/', reachable: true },
    },
    {
      name: 'only-tests-import-tests',
      severity: 'error',
      from: { path: '.', pathNot: '^tests/' },
      to: { path: '^tests/' },
    },
    ...packageRules,
    {
      name: 'deployed-code-imports-dev-dependency',
      comment: 'The deployed image has no devDependencies; the app of functions/web is bundled with its own.',
      severity: 'error',
      from: { path: '^(shared|functions)/', pathNot: '^functions/web/[^/]+/' },
      to: { dependencyTypes: ['npm-dev'], dependencyTypesNot: ['npm'] },
    },
    { name: 'no-cycles', severity: 'error', from: {}, to: { circular: true } },
    {
      name: 'resolvable',
      comment:
        'An import that does not resolve would escape every other rule. The peers of the bench have packages of their own.',
      severity: 'error',
      from: { pathNot: '^tests/bench/peers/(others|services)/' },
      to: { couldNotResolve: true },
    },
  ],
  options: {
    parser: 'swc',
    doNotFollow: { path: 'node_modules' },
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['node', 'import', 'require', 'types', 'default'],
      extensions: ['.ts', '.tsx', '.js', '.mjs', '.cjs', '.json', '.d.ts'],
    },
  },
}

export default config
