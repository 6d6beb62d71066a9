/**
 * What every process that a test starts has in its environment, also one that gets an environment of its own: the date
 * of the tests (shifted-date.cjs), and compiled code that an earlier process left (vitest.config.ts).
 */
export const CHILD_ENVIRONMENT: Readonly<Record<string, string>> = Object.fromEntries(
  ['NODE_OPTIONS', 'TEST_DATE_OFFSET_MS', 'NODE_COMPILE_CACHE'].flatMap((name) => {
    const value = process.env[name]
    return value === undefined ? [] : [[name, value]]
  }),
)
