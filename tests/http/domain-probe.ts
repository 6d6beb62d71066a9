/**
 * Loaded before a function (`node --import`): counts the domains that are created and the async hooks that are enabled.
 * On SIGUSR2 it writes them as one line of JSON, with whether promises have async ids, which they have only while a
 * promise hook is on. Source: https://nodejs.org/api/async_hooks.html#promise-execution-tracking
 */
import async_hooks from 'node:async_hooks'

let domains = 0
let hooks = 0

const { createHook } = async_hooks
async_hooks.createHook = (callbacks) => {
  const hook = createHook(callbacks)
  const enable = hook.enable.bind(hook)
  hook.enable = () => {
    hooks += 1
    return enable()
  }
  return hook
}

// Only now: the module of domains takes its hook as soon as it is loaded.
const { default: domain } = await import('node:domain')
const { create } = domain
domain.create = () => {
  domains += 1
  return create()
}

process.on('SIGUSR2', () => {
  void Promise.resolve().then(() => {
    const promises_hooked = async_hooks.executionAsyncId() !== 0
    process.stdout.write(`${JSON.stringify({ domains, hooks, promises_hooked })}\n`)
  })
})
