/**
 * The lint rules. Time and chance come in through `Clock` and `Random` (shared/base), so that the simulation can run
 * the real code on virtual time and replay a seed: everything else that reads the system's clock, or its sources of
 * chance, is refused here. tests/house/lint.test.ts plants a violation of each.
 */
import { defineConfig } from 'oxlint'

const TIME = 'Take the time from a Clock (shared/base/clock.ts).'
const CHANCE = 'Take chance from a Random (shared/base/random.ts).'
const AMBIENT_OBJECT = 'Write the name of the global itself, so that the lint can judge how it is used.'

const TIMERS = ['setTimeout', 'setInterval', 'setImmediate'] as const
const AMBIENT_PROPERTIES = [
  { object: 'Date', property: 'now', message: TIME },
  { object: 'performance', property: 'now', message: TIME },
  { object: 'performance', property: 'timeOrigin', message: TIME },
  { object: 'process', property: 'hrtime', message: TIME },
  { object: 'Math', property: 'random', message: CHANCE },
  ...['globalThis', 'window', 'self', 'global'].flatMap((object) =>
    ['Date', 'performance', 'process', 'Math', 'crypto'].map((property) => ({
      object,
      property,
      message: AMBIENT_OBJECT,
    })),
  ),
]
const AMBIENT_IMPORTS = ['', 'node:'].flatMap((prefix) => [
  { name: `${prefix}timers`, message: TIME, allowTypeImports: true },
  { name: `${prefix}timers/promises`, message: TIME, allowTypeImports: true },
  { name: `${prefix}perf_hooks`, importNames: ['performance'], message: TIME, allowTypeImports: true },
])

const RANDOM_BYTES = ['getRandomValues', 'randomBytes', 'randomFill', 'randomFillSync', 'randomInt', 'randomUUID']
const RANDOM_BYTES_PROPERTIES = RANDOM_BYTES.map((property) => ({ object: 'crypto', property, message: CHANCE }))
const RANDOM_BYTES_IMPORTS = ['crypto', 'node:crypto'].map((name) => ({
  name,
  importNames: RANDOM_BYTES,
  message: CHANCE,
  allowTypeImports: true,
}))

const CLASSIC_ZOD = {
  name: 'zod',
  message:
    "Write `import * as z from 'zod/mini'`: functions and browsers carry it, and one classic schema brings all methods of all.",
}

const FAST_CHECK = { name: 'fast-check', message: 'Take `fc` from tests/support/seeds.ts, which sets the seed.' }

export default defineConfig({
  plugins: ['eslint', 'typescript', 'unicorn', 'oxc', 'import', 'promise', 'node', 'vitest'],
  jsPlugins: ['./infra/checks/lint/house.ts'],
  env: { builtin: true, node: true, browser: true },
  options: { typeAware: true, denyWarnings: true, reportUnusedDisableDirectives: 'error' },
  // Written for packages that only that benchmark installs.
  ignorePatterns: ['dist/**', 'coverage/**', '.data/**', 'tests/bench/peers/{others,services}/**'],
  categories: { correctness: 'error', suspicious: 'error' },
  rules: {
    'house/current-date': 'error',
    'house/double-cast': 'error',
    'house/naming': 'error',
    'house/zod-namespace': 'error',
    'no-restricted-globals': [
      'error',
      {
        globals: TIMERS.map((name) => ({ name, message: TIME })),
        checkGlobalObject: true,
        globalObjects: ['global', 'window'],
      },
    ],
    'no-restricted-properties': ['error', ...AMBIENT_PROPERTIES, ...RANDOM_BYTES_PROPERTIES],
    'no-restricted-imports': ['error', { paths: [...AMBIENT_IMPORTS, ...RANDOM_BYTES_IMPORTS, CLASSIC_ZOD] }],
    // No form that mixes two of camelCase, PascalCase, snake_case and UPPER_CASE.
    'id-match': ['error', '^[_$]*([A-Za-z0-9]*|[a-z0-9_]+|[A-Z0-9_]+)[_$]*$', { properties: true, classFields: true }],
    'max-lines': ['error', { max: 400 }],
    eqeqeq: 'error',
    'no-console': 'error',
    'no-empty': 'error',
    'no-var': 'error',
    'prefer-const': 'error',

    'typescript/ban-ts-comment': 'error',
    'typescript/consistent-type-imports': 'error',
    'typescript/no-deprecated': 'error',
    'typescript/no-explicit-any': 'error',
    'typescript/no-misused-promises': 'error',
    'typescript/no-unsafe-argument': 'error',
    'typescript/no-unsafe-assignment': 'error',
    'typescript/no-unsafe-call': 'error',
    'typescript/no-unsafe-function-type': 'error',
    'typescript/no-unsafe-member-access': 'error',
    'typescript/no-unsafe-return': 'error',
    'typescript/only-throw-error': ['error', { allowThrowingUnknown: true }],
    'typescript/prefer-promise-reject-errors': ['error', { allowThrowingUnknown: true }],
    'typescript/restrict-plus-operands': 'error',
    'typescript/return-await': ['error', 'error-handling-correctness-only'],
    'typescript/switch-exhaustiveness-check': ['error', { considerDefaultExhaustiveForUnions: true }],

    'no-shadow': 'off',
    'no-underscore-dangle': 'off',
    'no-unmodified-loop-condition': 'off',
    'import/no-named-as-default': 'off',
    'import/no-named-as-default-member': 'off',
    'import/no-unassigned-import': 'off',
    'promise/always-return': 'off',
    'typescript/consistent-return': 'off',
    'typescript/no-unsafe-type-assertion': 'off',
    'unicorn/consistent-function-scoping': 'off',
    'unicorn/no-array-sort': 'off',
    'unicorn/require-post-message-target-origin': 'off',
    'unicorn/no-new-array': 'off',
    'unicorn/no-array-reverse': 'off',
  },
  overrides: [
    {
      files: ['functions/web/app/**'],
      plugins: ['eslint', 'typescript', 'unicorn', 'oxc', 'import', 'promise', 'react', 'jsx-a11y'],
      rules: {
        // No tag has what these roles say: an `img` of boxes, a `status` of blocks.
        'jsx-a11y/prefer-tag-over-role': 'off',
        'react/button-has-type': 'error',
        'react/exhaustive-deps': 'error',
        'react/jsx-key': 'error',
        'react/no-danger': 'error',
        'react/rules-of-hooks': 'error',
        // It speaks of a compiler that the app does not use.
        'react/preserve-manual-memoization': 'off',
        // The JSX runtime imports it by itself.
        'react/react-in-jsx-scope': 'off',
      },
    },
    {
      files: ['infra/**', 'tests/**'],
      rules: {
        'no-console': 'off',
        'no-restricted-properties': ['error', ...AMBIENT_PROPERTIES],
        'no-restricted-imports': ['error', { paths: AMBIENT_IMPORTS }],
      },
    },
    {
      files: ['tests/**'],
      rules: {
        'max-lines': 'off',
        'typescript/unbound-method': 'off',
        'vitest/no-standalone-expect': ['error', { additionalTestBlockFunctions: ['longTest', 'longTest.each'] }],
        'no-restricted-imports': ['error', { paths: [...AMBIENT_IMPORTS, FAST_CHECK] }],
      },
    },
    {
      // Written by openapi-typescript, in its own style.
      files: ['tests/contracts/openapi-types.ts'],
      rules: {
        'house/naming': 'off',
        'typescript/no-duplicate-type-constituents': 'off',
        'typescript/no-redundant-type-constituents': 'off',
      },
    },
    { files: ['tests/support/seeds.ts'], rules: { 'no-restricted-imports': ['error', { paths: AMBIENT_IMPORTS }] } },
    {
      files: ['shared/base/**', 'tests/bench/**', 'tests/support/shifted-date.cjs'],
      rules: {
        'house/current-date': 'off',
        'no-restricted-globals': 'off',
        'no-restricted-properties': 'off',
        'no-restricted-imports': ['error', { paths: [CLASSIC_ZOD] }],
      },
    },
  ],
})
