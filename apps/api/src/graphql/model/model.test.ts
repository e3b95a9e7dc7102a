import { randomUUID } from 'node:crypto'
import { cp, mkdir, readFile, rm, symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { buildSchema, parse, validate } from 'graphql'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { projectRoot } from '../../env.ts'
import { Catalog } from '../../services/catalog.ts'
import { shippedModels } from '../../services/folders.ts'
import { type ImportInput, ModelImports } from '../../services/modelImports.ts'
import { type TestServer, testServer } from '../../testing/http.ts'
import { startRun, type TestServices, testServices } from '../../testing/services.ts'
import { toGlobalId } from '../globalId.ts'

const SHIPPED = 'tiny-phantom'

let services: TestServices
let api: TestServer
let home: string
beforeAll(async () => {
  services = await testServices()
  // A stand-in for the import process: what is imported decides how it goes.
  const imports = new ModelImports(
    services.db,
    services.catalog,
    services.log,
    join(import.meta.dirname, '..', '..', 'testing', 'fakeModelImport.ts'),
  )
  await services.modelImports[Symbol.asyncDispose]()
  services.modelImports = imports
  api = await testServer(services)
  home = services.env.home
})
afterAll(async () => {
  await api[Symbol.asyncDispose]()
  await services.modelImports[Symbol.asyncDispose]()
  await services[Symbol.asyncDispose]()
})
beforeEach(async () => {
  await rm(join(home, 'models'), { recursive: true, force: true })
  await rm(join(home, 'inbox'), { recursive: true, force: true })
  await cp(join(shippedModels, SHIPPED), join(home, 'models', SHIPPED), { recursive: true })
})

const put = async (path: string, text = 'weights') => {
  const full = join(home, path)
  await mkdir(join(full, '..'), { recursive: true })
  await writeFile(full, text)
}

describe('models', () => {
  const MODELS = `query ($first: Int!, $after: String) { models(first: $first, after: $after) {
    totalCount pageInfo { endCursor hasNextPage } edges { node { id key encoderId digest origin source bytes parameterCount embedding
      image { kind width depth heads size patch activation } text { kind context vocabulary } preprocessing { size mean std }
      tokenizerKind parity { reference maxDifferenceImages same } runCount } } } }`
  interface Row {
    [field: string]: unknown
    key: string
  }
  const list = async (variables: Record<string, unknown> = { first: 10 }) => {
    type Answer = { models: { totalCount: number; pageInfo: { endCursor: string }; edges: { node: Row }[] } }
    const { data, errors } = await api.query<Answer>(MODELS, variables)
    expect(errors).toBeUndefined()
    return data.models
  }

  it('tells size, towers, preprocessing, origin and digest of the shipped one', async () => {
    const { edges, totalCount } = await list()
    expect(totalCount).toBe(1)
    expect(edges[0]!.node).toMatchObject({
      key: SHIPPED,
      encoderId: expect.stringMatching(/^tiny-phantom@[0-9a-f]{12}$/),
      digest: expect.stringMatching(/^[0-9a-f]{64}$/),
      origin: 'shipped',
      source: null,
      image: { kind: 'clip', width: 192, size: 64, patch: 8, activation: 'gelu' },
      text: { context: 32, vocabulary: 4000 },
      preprocessing: { size: 64, mean: [0.5, 0.5, 0.5], std: [0.5, 0.5, 0.5] },
      parity: null,
    })
    expect(edges[0]!.node.parameterCount).toBeGreaterThan(4e6)
    expect(edges[0]!.node.bytes).toBeGreaterThan(8e6)
  })

  it('counts runs in one statement for the whole page, and follows what changes on disk', async () => {
    for (const key of ['b-model', 'a-model']) {
      await cp(join(shippedModels, SHIPPED), join(home, 'models', key), { recursive: true })
    }
    await put('models/half-copied/model.json', '{}') // not complete, so not there
    await put(
      'models/a-model/source.json',
      JSON.stringify({ source: 'hf:org/name', layout: 'open_clip', importedAt: '2026-11-24T09:00:00Z' }),
    )
    await put('models/b-model/model.json', 'not json')
    const { digest } = (await services.catalog.models.find('a-model'))!
    const stamp = { reference: 'open_clip', version: '3.3.0', maxDifferenceImages: 2e-6, maxDifferenceTexts: 1e-6 }
    await put('models/a-model/parity.json', JSON.stringify({ ...stamp, digest, at: '2026-11-24T10:00:00Z' }))
    await startRun(services, { settings: { model: 'a-model' } })
    services.statements.length = 0
    const { edges } = await list()
    expect(edges.map(({ node }) => node.key)).toEqual(['a-model', SHIPPED])
    expect(edges[0]!.node).toMatchObject({
      origin: 'imported',
      source: 'hf:org/name',
      parity: { reference: 'open_clip', maxDifferenceImages: 2e-6, same: true },
      runCount: 1,
    })
    expect(services.statements.filter((sql) => sql.includes('"Run"'))).toHaveLength(1)
    const first = await list({ first: 1 })
    const second = await list({ first: 1, after: first.pageInfo.endCursor })
    expect(second.edges.map(({ node }) => node.key)).toEqual([SHIPPED])
    await rm(join(home, 'models', 'a-model'), { recursive: true })
    expect((await list()).totalCount).toBe(1)
  })

  it('finds one by key and by id, and says null for none', async () => {
    const ONE = 'query ($key: String!, $id: ID!) { model(key: $key) { key runCount } node(id: $id) { id } }'
    const ask = async (key: string) => (await api.query(ONE, { key, id: toGlobalId('Model', key) })).data
    expect(await ask(SHIPPED)).toMatchObject({ model: { key: SHIPPED }, node: { id: toGlobalId('Model', SHIPPED) } })
    expect(await ask('nope')).toEqual({ model: null, node: null })
    expect(await ask('../../etc')).toEqual({ model: null, node: null })
  })
})

describe('a run', () => {
  const START = `mutation ($input: StartRunInput!) { startRun(input: $input) {
    run { modelKey encoderId config baseModel { key } } userErrors { code field message } } }`
  const start = async (model: string) => {
    const input = { suite: 'phantom-3', method: 'fine-tune', settings: { model }, idempotencyKey: randomUUID() }
    return (await api.query<{ startRun: Record<string, unknown> }>(START, { input })).data.startRun
  }

  it('starts from any base model of the installation', async () => {
    await cp(join(shippedModels, SHIPPED), join(home, 'models', 'my-clip'), { recursive: true })
    expect(await start('my-clip')).toEqual({
      run: {
        modelKey: 'my-clip',
        encoderId: null,
        config: expect.objectContaining({ model: 'my-clip' }),
        baseModel: { key: 'my-clip' },
      },
      userErrors: [],
    })
  })

  it('is refused with the models there are when its base model is not known', async () => {
    expect(await start('no-such-model')).toEqual({
      run: null,
      userErrors: [
        { code: 'UNKNOWN_MODEL', field: 'settings.model', message: expect.stringContaining('Known: tiny-phantom.') },
      ],
    })
  })
})

describe('modelSources', () => {
  const SOURCES = '{ modelSources(first: 50) { edges { node { source folder bytes suggestedKey } } } }'
  const sources = async () => {
    type Answer = { modelSources: { edges: { node: { source: string } }[] } }
    return (await api.query<Answer>(SOURCES)).data.modelSources.edges.map(({ node }) => node)
  }

  it('lists folders with weights and description, and single weight files; nothing hidden, linked or else', async () => {
    expect(await sources()).toEqual([])
    await put('inbox/BiomedCLIP v1/open_clip_config.json')
    await put('inbox/BiomedCLIP v1/open_clip_model.safetensors', '12345678')
    await put('inbox/ViT-B-32.PT')
    await put('inbox/nested/more/w.bin')
    await put('inbox/readme.txt')
    await put('inbox/.hidden/w.bin')
    await symlink('/etc', join(home, 'inbox', 'link'))
    expect(await sources()).toEqual([
      { source: 'inbox:BiomedCLIP v1', folder: true, bytes: 8, suggestedKey: 'biomedclip-v1' },
      { source: 'inbox:ViT-B-32.PT', folder: false, bytes: 7, suggestedKey: 'vit-b-32' },
      { source: 'inbox:nested/more/w.bin', folder: false, bytes: 7, suggestedKey: 'w' },
    ])
  })
})

describe('importModel', () => {
  const IMPORT = `mutation ($input: ImportModelInput!) { importModel(input: $input) {
    modelImport { id key state } userErrors { code field message } } }`
  interface Payload {
    modelImport: { id: string; key: string; state: string } | null
    userErrors: { code: string; field: string | null; message: string }[]
  }
  const start = async (input: Record<string, unknown>) => {
    const base = { source: 'inbox:good.bin', key: `m-${randomUUID().slice(0, 8)}`, idempotencyKey: randomUUID() }
    const { data, errors } = await api.query<{ importModel: Payload }>(IMPORT, { input: { ...base, ...input } })
    expect(errors).toBeUndefined()
    return data.importModel
  }
  const FOLLOW = `subscription ($id: ID!) { modelImport(id: $id) {
    state stage done total errorCode message model { key encoderId } } }`
  type Told = { modelImport: Record<string, unknown> }
  const follow = async (id: string) => (await api.subscribe<Told>(FOLLOW, { id })).map((told) => told.modelImport)

  it('imports in a process of its own, tells how far it is, and ends with the model', async () => {
    await put('inbox/good.bin')
    const { modelImport, userErrors } = await start({ key: 'good', activation: 'quickGelu' })
    expect(userErrors).toEqual([])
    const told = await follow(modelImport!.id)
    expect(told.some(({ state, stage }) => state === 'RUNNING' && stage === 'tensors')).toBe(true)
    expect(told.at(-1)).toMatchObject({
      state: 'SUCCEEDED',
      errorCode: null,
      model: { key: 'good', encoderId: expect.stringMatching(/^good@/) },
    })
    expect(JSON.parse(await readFile(join(home, 'models', 'good', 'asked.json'), 'utf8'))).toMatchObject({
      path: join(home, 'inbox', 'good.bin'),
      activation: 'quickGelu',
    })
    const again = await start({ key: 'good' })
    expect(again.userErrors).toMatchObject([
      { code: 'CONFLICT', field: 'key', message: expect.stringContaining('good') },
    ])
  })

  it('ends in one clear error when the checkpoint is bad, and when its process dies', async () => {
    await put('inbox/bad.bin')
    await put('inbox/crash.bin')
    const bad = await start({ source: 'inbox:bad.bin' })
    const crash = await start({ source: 'inbox:crash.bin' })
    expect((await follow(bad.modelImport!.id)).at(-1)).toMatchObject({
      state: 'FAILED',
      errorCode: 'CORRUPT_WEIGHTS',
      message: 'bad.bin is no checkpoint.',
      model: null,
    })
    expect((await follow(crash.modelImport!.id)).at(-1)).toMatchObject({ state: 'FAILED', errorCode: 'INTERNAL' })
    const { data } = await api.query<{ modelImports: { edges: { node: { state: string; key: string } }[] } }>(
      '{ modelImports(first: 2) { totalCount edges { node { state key } } } }',
    )
    expect(data.modelImports.edges.map(({ node }) => node)).toEqual([
      { state: 'FAILED', key: crash.modelImport!.key },
      { state: 'FAILED', key: bad.modelImport!.key },
    ])
  })

  it.each([
    [{ source: 'inbox:' }, 'NOT_ALLOWED', 'source'],
    [{ source: 'inbox:../models/tiny-phantom' }, 'NOT_ALLOWED', 'source'],
    [{ source: 'inbox:/etc/passwd' }, 'NOT_ALLOWED', 'source'],
    [{ source: 'inbox:linked.bin' }, 'NOT_ALLOWED', 'source'],
    [{ source: 'inbox:folder' }, 'NOT_ALLOWED', 'source'],
    [{ source: 'inbox:missing.bin' }, 'NOT_FOUND', 'source'],
    [{ source: '/etc/passwd' }, 'BAD_INPUT', 'source'],
    [{ source: 'hf:org/name' }, 'BAD_INPUT', 'source'],
    [{ key: 'Not An Id' }, 'BAD_INPUT', 'key'],
    [{ key: SHIPPED }, 'CONFLICT', 'key'],
    [{ activation: 'relu' }, 'BAD_INPUT', 'activation'],
    [{ tokenizer: 'inbox:vocab.txt' }, 'NOT_FOUND', 'tokenizer'],
    [{ tokenizer: 'inbox:../vocab.txt' }, 'NOT_ALLOWED', 'tokenizer'],
  ])('refuses %j', async (input, code, field) => {
    await put('inbox/good.bin')
    await put('inbox/folder/config.json')
    await symlink('/etc/hostname', join(home, 'inbox', 'linked.bin'))
    await symlink('/etc/hostname', join(home, 'inbox', 'folder', 'model.safetensors'))
    expect(await start(input)).toMatchObject({ modelImport: null, userErrors: [{ code, field }] })
  })

  it('makes one import of a retried request and refuses the key with other input', async () => {
    await put('inbox/good.bin')
    const input = { key: 'once', idempotencyKey: randomUUID() }
    const [first, second] = await Promise.all([start(input), start(input)])
    const ids = [first.modelImport?.id, second.modelImport?.id]
    expect(ids[0]).toBe(ids[1])
    expect(await start({ ...input, key: 'twice' })).toMatchObject({
      modelImport: null,
      userErrors: [{ code: 'CONFLICT', field: 'idempotencyKey' }],
    })
    await follow(ids[0]!)
  })

  it('counts an import whose server is gone as failed', async () => {
    const at = new Date(Date.now() - 60_000)
    const row = { id: randomUUID(), idempotencyKey: randomUUID(), inputHash: '', key: 'lost', source: 'inbox:x' }
    await services.db.modelImport.create({ data: { ...row, state: 'RUNNING', createdAt: at, updatedAt: at } })
    expect(await follow(toGlobalId('ModelImport', row.id))).toMatchObject([
      { state: 'FAILED', errorCode: 'WORKER_LOST', message: expect.stringContaining('import again') },
    ])
    await expect(follow(toGlobalId('ModelImport', randomUUID()))).rejects.toMatchObject({
      errors: [{ extensions: { code: 'NOT_FOUND' } }],
    })
  })
})

it('imports a checkpoint of open_clip with the real process', async () => {
  const fixture = join(projectRoot, 'packages/core/src/model/checkpoints/fixtures/open-clip')
  await mkdir(join(home, 'inbox'), { recursive: true })
  for (const folder of ['small-clip', 'no-tokenizer'])
    await cp(fixture, join(home, 'inbox', folder), { recursive: true })
  for (const name of ['vocab.json', 'merges.txt']) await rm(join(home, 'inbox', 'no-tokenizer', name))
  const { db, catalog, log } = services
  await using imports = new ModelImports(db, catalog, log)
  const ended = async (key: string, over: Partial<ImportInput> = {}) => {
    const { id } = await imports.start({ source: `inbox:${key}`, key, idempotencyKey: randomUUID(), ...over })
    for await (const row of imports.follow(id)) if (row.finishedAt) return row
    throw new Error('the import did not end')
  }
  expect(await ended('small-clip')).toMatchObject({
    state: 'SUCCEEDED',
    encoderId: expect.stringMatching(/^small-clip@/),
  })
  expect(await catalog.models.find('small-clip')).toMatchObject({
    origin: 'imported',
    source: 'inbox:small-clip',
    config: { embedding: 16, image: { kind: 'clip', size: 16 } },
    tokenizerKind: 'clip',
  })
  const tokenizer = { kind: 'clip', version: 1, merges: ['l u', 'lu n', 'lun g</w>', 'n o', 'no d', 'a n'] }
  await put('inbox/words.json', JSON.stringify(tokenizer))
  const given = await ended('no-tokenizer', { key: 'given', tokenizer: 'inbox:words.json' })
  expect(given).toMatchObject({ state: 'SUCCEEDED' })
  expect(await ended('no-tokenizer')).toMatchObject({
    state: 'FAILED',
    errorCode: 'BAD_INPUT',
    message: expect.stringContaining('No tokenizer lies beside inbox:no-tokenizer/open_clip_model.safetensors'),
  })
  expect(await catalog.models.keys()).toEqual(['given', 'small-clip', SHIPPED])
})

it('says what a suite lacks for a given base model, and where that model would come from', async () => {
  await using catalog = new Catalog(home)
  const suite = catalog.suites().find(({ modelId }) => modelId === SHIPPED)!
  expect(await catalog.unavailableReason(suite, false)).not.toContain('base model')
  const reason = await catalog.unavailableReason(suite, false, 'somewhere-else')
  expect(reason).toContain('its base model "somewhere-else"')
  expect(reason).toContain('npm run model -- import')
})

it('has examples that fit the schema', async () => {
  const schema = buildSchema(await readFile(join(import.meta.dirname, '..', '..', '..', 'schema.graphql'), 'utf8'))
  const examples = parse(await readFile(join(import.meta.dirname, 'examples.graphql'), 'utf8'))
  expect(validate(schema, examples)).toEqual([])
})
