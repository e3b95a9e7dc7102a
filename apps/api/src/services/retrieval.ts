import { AnamnesisError, LICENCE_GROUPS, type RetrievalResult } from '@anamnesis/core/contracts'
import { storeById } from '@anamnesis/core/stores'
import { z } from 'zod'
import type { Database } from '../db/client.ts'
import type { Engine } from '../engine/engine.ts'
import type { Env } from '../env.ts'
import { INDEX_STORE } from '../jobs/trainingRequest.ts'
import type { Catalog } from './catalog.ts'
import { recalledFigures } from './recalls.ts'

const input = z.object({
  question: z.string().trim().min(1, 'ask something').max(2000),
  corpus: z.string().min(1),
  k: z
    .number()
    .int()
    .min(1)
    .max(200)
    .nullish()
    .transform((k) => k ?? 20),
  perCaption: z
    .number()
    .int()
    .min(1)
    .max(100)
    .nullish()
    .transform((n) => n ?? 2),
  store: z.string().nullish(),
  modalities: z.array(z.string().max(100)).max(100).nullish(),
  withRecalled: z.boolean().nullish(),
  licenceGroups: z.array(z.enum(LICENCE_GROUPS)).max(LICENCE_GROUPS.length).nullish(),
})

/** Asks the literature. @throws BAD_INPUT, UNKNOWN_CORPUS, UNKNOWN_STORE, UNKNOWN_MODEL, MISSING_DATA and the engine's errors */
export async function searchLiterature(
  raw: unknown,
  { catalog, db, engine, env }: { catalog: Catalog; db: Database; engine: Engine; env: Env },
): Promise<{ corpus: string; result: RetrievalResult }> {
  const parsed = input.safeParse(raw)
  if (!parsed.success) {
    const issue = parsed.error.issues[0]!
    const field = issue.path.join('.')
    throw new AnamnesisError('BAD_INPUT', `Input "${field}" is wrong: ${issue.message}.`, { field })
  }
  const { question, corpus, k, perCaption, modalities, licenceGroups } = parsed.data
  const store = storeById(parsed.data.store ?? INDEX_STORE).id
  await catalog.corpusInfo(corpus)
  const leaveOut = parsed.data.withRecalled ? [] : await recalledFigures(db, corpus)
  const result = await engine.search({
    question,
    home: env.home,
    corpusId: corpus,
    modelId: await catalog.modelOf(corpus),
    store,
    k,
    perCaption,
    filter: {
      ...(modalities?.length ? { modalities } : {}),
      ...(licenceGroups?.length ? { licenceGroups } : {}),
      ...(leaveOut.length > 0 ? { leaveOut } : {}),
    },
    backend: env.backend,
  })
  return { corpus, result }
}
