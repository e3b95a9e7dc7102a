import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { expect, it } from 'vitest'

it('loads no TensorFlow.js and no engine when only the registry is read', async () => {
  const script = `
    import { registerHooks } from 'node:module'
    const loaded = []
    registerHooks({ load: (url, context, next) => { loaded.push(url); return next(url, context) } })
    const { describeMethods } = await import(${JSON.stringify(new URL('./index.ts', import.meta.url).href)})
    const heavy = loaded.filter((url) => /node_modules\\/(@tensorflow|onnxruntime|sharp)/.test(url))
    console.log(JSON.stringify({ methods: describeMethods().length, heavy }))
  `
  const { stdout } = await promisify(execFile)(process.execPath, [
    '--import',
    'tsx',
    '--input-type=module',
    '-e',
    script,
  ])
  expect(JSON.parse(stdout)).toMatchObject({ methods: 5, heavy: [] })
})
