import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { expect, it } from 'vitest'

/** Packages of node_modules that are loaded by importing a folder's index in a fresh process. */
async function packagesOf(folder: string): Promise<string[]> {
  const script = `
    import { registerHooks } from 'node:module'
    const loaded = new Set()
    registerHooks({ load: (url, context, next) => {
      const found = /.*node_modules\\/((@[^/]+\\/)?[^/]+)/.exec(url)
      if (found) loaded.add(found[1])
      return next(url, context)
    } })
    await import(${JSON.stringify(new URL(`../${folder}/index.ts`, import.meta.url).href)})
    console.log(JSON.stringify([...loaded]))
  `
  const { stdout } = await promisify(execFile)(process.execPath, [
    '--import',
    'tsx',
    '--input-type=module',
    '-e',
    script,
  ])
  return JSON.parse(stdout)
}

it.each(['methods', 'metrics', 'train'])('importing %s loads no TensorFlow.js and no engine', async (folder) => {
  const packages = await packagesOf(folder)
  expect(packages).toContain('zod') // the list is real
  expect(packages.filter((name) => /tensorflow|onnx/.test(name))).toEqual([])
})

it('importing the method registry does not even load an image library', async () => {
  expect(await packagesOf('methods')).not.toContain('sharp')
})
