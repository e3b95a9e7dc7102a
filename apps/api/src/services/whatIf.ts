import { AnamnesisError, LICENCE_GROUPS } from '@anamnesis/core/contracts'
import { SIPHON_SPLITS } from '@anamnesis/core/reference'
import { RETRIEVAL_MODES } from '@anamnesis/core/retrieve'
import { storeById } from '@anamnesis/core/stores'
import { z } from 'zod'
import type { RunRow } from '../db/client.ts'
import type { ReplayResult } from '../engine/protocol.ts'
import { corpusOfRun } from '../events/guidance.ts'
import { INDEX_STORE } from '../jobs/trainingRequest.ts'
import { retrievalFolder } from './folders.ts'
import { recalledFigures } from './recalls.ts'
import { parseInput, type SearchServices } from './retrieval.ts'
import { configOf } from './runs.ts'

const weight = z.number().min(0).max(1000).nullish()
const shape = z.object({
  task: z.number().int().min(1),
  mode: z.enum(RETRIEVAL_MODES).nullish(),
  k: z.number().int().min(1).max(1000).nullish(),
  perCaption: z.number().int().min(1).max(100).nullish(),
  size: z.number().int().min(1).max(10_000).nullish(),
  split: z.enum(SIPHON_SPLITS).nullish(),
  ratio: z.object({ task: weight, domain: weight, general: weight }).nullish(),
  modalities: z.array(z.string().max(300)).max(100).nullish(),
  licenceGroups: z.array(z.enum(LICENCE_GROUPS)).min(1).nullish(),
  yearFrom: z.number().int().nullish(),
  yearTo: z.number().int().nullish(),
  withRecalled: z.boolean().nullish(),
  store: z.string().max(100).nullish(),
  persistence: z.number().gt(0).lt(1).nullish(),
})

/** Added and removed figures that are given back. */
const SHOWN = 60
/** Looks at some fifty ranks. */
const PERSISTENCE = 0.98

/**
 * Retrieves a past run's reference set of one task again, with other settings, from the questions and query vectors that
 * were recorded. Nothing is trained and nothing changes.
 * @throws BAD_INPUT, UNKNOWN_STORE, NOT_FOUND when nothing was recorded, MISSING_DATA, ENCODER_MISMATCH
 */
export async function whatIf(
  run: RunRow,
  raw: unknown,
  { db, engine, env }: SearchServices,
): Promise<{ corpus: string; result: ReplayResult }> {
  const input = parseInput(shape, raw)
  const corpus = corpusOfRun(run)
  const modelId = configOf(run).model
  if (!modelId || corpus === '') throw new AnamnesisError('NOT_FOUND', `Run ${run.key} has no model or no literature.`)
  const { mode, k, perCaption, size, split, licenceGroups, ratio, modalities, yearFrom, yearTo } = input
  const leaveOut = input.withRecalled ? [] : await recalledFigures(db, corpus)
  const result = await engine.run('replay', {
    ...{ home: env.home, corpusId: corpus, modelId, store: storeById(input.store ?? INDEX_STORE).id },
    ...{ backend: env.backend, folder: retrievalFolder(env.home, run.id), task: input.task },
    persistence: input.persistence ?? PERSISTENCE,
    shown: SHOWN,
    changes: {
      ...given({ mode, k, perCaption, size, split, licenceGroups }),
      ratio: given(ratio ?? {}),
      filter: {
        ...(modalities?.length ? { modalities } : {}),
        ...(yearFrom || yearTo ? { years: { ...given({ from: yearFrom, to: yearTo }) } } : {}),
        ...(leaveOut.length > 0 ? { leaveOut } : {}),
      },
    },
  })
  return { corpus, result }
}

type Given<T> = { [K in keyof T]?: NonNullable<T[K]> }

/** Without what is null or absent. */
function given<T extends object>(values: T): Given<T> {
  const there = Object.entries(values).filter(([, value]) => value !== null && value !== undefined)
  return Object.fromEntries(there) as Given<T>
}
