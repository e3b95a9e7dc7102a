import type { DropReason, Figure, Hit } from '../contracts/index.ts'
import { captionKey, matches, type StoreFilter, type VectorStore } from '../stores/index.ts'
import { bm25 } from './bm25.ts'
import { denseLayer, splitLayer } from './denseLayer.ts'
import { Clock, emptyHit, nearestFirst, number, rankStage, scoreImages } from './hits.ts'
import type { Asked, Outcome, Session } from './session.ts'

/** Layered retrieval (arXiv 2512.13072, eq. 1-7) of one question. */
export async function inLayers({ text, vector, near }: Asked, session: Session): Promise<Outcome> {
  const { store, k, perCaption, filter, images, statistics, explainDropped } = session
  const clock = new Clock()

  // 1. dense layer: every figure down to the k-th distinct score
  const layer = near === null ? await denseLayer(store, vector, k, filter) : splitLayer(near, k)
  const drop: Hit[] = layer.below.map((found) => ({ ...emptyHit(found.figure), dropped: 'tie cut' }))
  const candidates = layer.candidates.map((found) => emptyHit(found.figure))
  rankStage([...candidates, ...drop], 'dense', [...layer.candidates, ...layer.below])
  if (explainDropped > 0) {
    drop.push(...(await filteredOut(store, vector, Math.max(k, layer.candidates.length), filter ?? {})))
  }
  clock.lap('dense')

  // 2. visual re-rank: S_v = cos(question, image); the best few images of each caption
  await scoreImages(candidates, vector, images)
  const seen = new Map<string, Hit[]>()
  let remaining: Hit[] = []
  for (const hit of candidates.toSorted(byStage('visual'))) {
    const key = captionKey(hit.figure.caption)
    const group = seen.get(key) ?? []
    if (group.some((other) => images.equal(other, hit))) drop.push({ ...hit, dropped: 'duplicate' })
    else if (group.length >= perCaption) drop.push({ ...hit, dropped: 'visual group cut' })
    else {
      group.push(hit)
      remaining.push(hit)
    }
    seen.set(key, group)
  }
  const visual = remaining.length
  clock.lap('visual')

  // 3. lexical gate, only where more than k are left
  if (remaining.length > k) {
    const score = bm25(text, statistics)
    rankStage(
      remaining,
      'lexical',
      remaining.map((hit) => ({ figure: hit.figure, score: score(hit.figure.caption) })),
    )
    const gated = remaining.toSorted((a, b) => byStage('lexical')(a, b) || byStage('visual')(a, b))
    drop.push(...gated.slice(k).map((hit): Hit => ({ ...hit, dropped: 'lexical gate' })))
    remaining = gated.slice(0, k)
  }
  clock.lap('lexical')

  // 4. order by S_v
  const hits = remaining.toSorted(byStage('visual'))
  number(hits)
  return {
    hits,
    dropped: drop.sort(nearestFirst),
    counts: { dense: candidates.length, visual, distinctScores: layer.distinctScores },
    time: clock.time,
  }
}

const byStage = (stage: 'visual' | 'lexical') => (a: Hit, b: Hit) =>
  b[stage]!.score - a[stage]!.score || (stage === 'visual' ? (a.figure.id < b.figure.id ? -1 : 1) : 0)

/** Figures that would have been candidates without the filter, with the reason why they are none. */
async function filteredOut(
  store: VectorStore,
  vector: Float32Array,
  limit: number,
  filter: StoreFilter,
): Promise<Hit[]> {
  const found = await store.nearestCaptions(vector, limit, { retracted: 'with' })
  const hits = found.map(({ figure }): Hit => ({ ...emptyHit(figure), dropped: reason(figure, filter) }))
  rankStage(hits, 'dense', found)
  return hits.filter(({ figure }) => !matches(figure, filter))
}

function reason(figure: Figure, { licenceGroups, retracted = 'without' }: StoreFilter): DropReason {
  if (figure.retracted && retracted === 'without') return 'retracted'
  return licenceGroups?.length && !licenceGroups.includes(figure.licenceGroup) ? 'licence' : 'filter'
}
