import type { Bag, Figure, ReferencePair } from '@anamnesis/core/contracts'
import { bagSizes, compareSets, type RetrievalRecord, readRetrieval, replayRetrieval } from '@anamnesis/core/reference'
import type { VectorStore } from '@anamnesis/core/stores'
import type { ReplayRequest, ReplayResult, SetSide, ShownPair } from './protocol.ts'

/** Asks a recorded retrieval again and lays both sets side by side. @throws NOT_FOUND, ENCODER_MISMATCH */
export async function replayed(request: ReplayRequest, store: VectorStore): Promise<ReplayResult> {
  const { folder, task, changes, persistence, shown } = request
  const { record, encoder } = await readRetrieval(folder, task)
  const again = await replayRetrieval(record, { store, encoder, changes })
  const { added, removed, ...comparison } = compareSets(record.pairs, again.pairs, persistence)
  const ids = [...new Set([...record.pairs, ...again.pairs].map(({ figureId }) => figureId))]
  const figures = await store.figuresById(ids)
  const side = (pairs: readonly ReferencePair[], about: Omit<SetSide, 'size' | 'bags' | 'modalities'>): SetSide => ({
    ...about,
    size: pairs.length,
    bags: bagSizes(pairs) as Record<Bag, number>,
    modalities: modalityMix(pairs, figures),
  })
  return {
    ...comparison,
    questions: record.questions.length,
    before: side(record.pairs, recorded(record)),
    after: side(again.pairs, {
      settings: again.settings,
      indexVersion: again.indexVersion,
      store: store.kind,
      milliseconds: again.milliseconds,
    }),
    added: added.length,
    removed: removed.length,
    addedPairs: shownPairs(again.pairs, added.slice(0, shown), figures),
    removedPairs: shownPairs(record.pairs, removed.slice(0, shown), figures),
  }
}

function recorded({ settings, indexVersion, store, milliseconds }: RetrievalRecord) {
  return { settings, indexVersion, store, milliseconds }
}

/** Pairs of each modality, most frequent first. Figures that are gone count as unknown. */
function modalityMix(pairs: readonly ReferencePair[], figures: ReadonlyMap<string, Figure>): SetSide['modalities'] {
  const counts = new Map<string, number>()
  for (const { figureId } of pairs) {
    const modality = figures.get(figureId)?.modality ?? ''
    counts.set(modality, (counts.get(modality) ?? 0) + 1)
  }
  return [...counts]
    .map(([modality, count]) => ({ modality, count }))
    .sort((a, b) => b.count - a.count || (a.modality < b.modality ? -1 : 1))
}

function shownPairs(
  pairs: readonly ReferencePair[],
  ids: readonly string[],
  figures: ReadonlyMap<string, Figure>,
): ShownPair[] {
  const wanted = new Set(ids)
  return pairs
    .filter(({ figureId }) => wanted.has(figureId))
    .flatMap(({ figureId, bag, question, rank, dense, visual, lexical }) => {
      const figure = figures.get(figureId)
      return figure ? [{ figure, bag, question, rank, dense, visual, lexical }] : []
    })
}
