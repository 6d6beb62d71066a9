import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'

import { STATIC_CHECKS } from '#infra/checks/static/command.ts'

import { PROJECT_ROOT } from './planted-repository.ts'

interface Manifest {
  scripts: Record<string, string>
  dependencies: Record<string, string>
  devDependencies: Record<string, string>
  allowScripts: Record<string, boolean>
}

interface Lockfile {
  packages: Record<string, { resolved?: string; integrity?: string; hasInstallScript?: boolean }>
}

async function readJson(path: string): Promise<unknown> {
  return JSON.parse(await readFile(join(PROJECT_ROOT, path), 'utf8')) as unknown
}

const manifest = (await readJson('package.json')) as Manifest
const locked = Object.entries(((await readJson('package-lock.json')) as Lockfile).packages).filter(([at]) => at !== '')

describe('packages', () => {
  it('are pinned to exact versions', () => {
    const versions = Object.entries({ ...manifest.dependencies, ...manifest.devDependencies })
    expect(versions.filter(([, version]) => !/^(npm:[\w-]+@)?\d+\.\d+\.\d+/.test(version))).toEqual([])
    expect(versions.length).toBeGreaterThan(10)
  })

  it('are locked by content, not by the registry they came from', () => {
    expect(locked.filter(([, { resolved }]) => resolved !== undefined)).toEqual([])
    expect(locked.filter(([, { integrity }]) => integrity === undefined)).toEqual([])
    expect(locked.length).toBeGreaterThan(100)
  })

  it('run an install script only where that was decided', () => {
    const names = locked
      .filter(([, entry]) => entry.hasInstallScript)
      .map(([at]) => at.replace(/^.*node_modules\//, ''))
    expect(Object.keys(manifest.allowScripts).toSorted()).toEqual([...new Set(names)].toSorted())
  })
})

describe('npm test', () => {
  it('runs the static checks, and then every test', () => {
    expect(manifest.scripts['test']).toBe('npm run --silent check && npm run --silent test:unit')
    expect(manifest.scripts['check']).toBe('node infra/checks/static/main.ts')
    expect(manifest.scripts['test:unit']).toBe('vitest run')
    const expected = ['format:check', 'lint', 'check:imports', 'check:dead', 'check:contract']
    expect(manifest.scripts['lint']).toBe('oxlint --type-check')
    expect([...STATIC_CHECKS].toSorted()).toEqual(expected.toSorted())
  })
})
