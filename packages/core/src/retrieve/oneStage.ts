import type { Hit } from '../contracts/index.ts'
import type { ScoredFigure } from '../stores/index.ts'
import { reciprocalRankFusion } from './fusion.ts'
import { Clock, emptyHit, number, rankStage, type Stage, scoreImages } from './hits.ts'
import type { Asked, Outcome, Session } from './session.ts'

/** Ablation: the k best dense scores as they are. S_v is reported, not used. */
export async function byCaptions(asked: Asked, session: Session): Promise<Outcome> {
  const clock = new Clock()
  const found = await nearest(asked, session, session.k + session.explainDropped)
  clock.lap('dense')
  return best(
    found.map(({ figure }) => emptyHit(figure)),
    [['dense', found]],
    asked,
    session,
    clock,
  )
}

/** Ablation: the k best BM25 scores as they are. S_v is reported, not used. */
export async function byWords(asked: Asked, session: Session): Promise<Outcome> {
  const found = asked.words!
  const hits = found.map(({ figure }) => emptyHit(figure))
  return best(hits, [['lexical', found]], asked, session, new Clock())
}

/** Hybrid: dense and BM25 ranks fused. S_v is reported, not used. */
export async function byFusion(asked: Asked, session: Session): Promise<Outcome> {
  const clock = new Clock()
  const dense = await nearest(asked, session, hybridDepth(session))
  clock.lap('dense')
  const words = asked.words!
  const fused = reciprocalRankFusion([dense, words], session.rankConstant).slice(0, session.k + session.explainDropped)
  const stages: [Stage, ScoredFigure[]][] = [
    ['dense', dense],
    ['lexical', words],
    ['fused', fused],
  ]
  clock.lap('lexical')
  return best(
    fused.map(({ figure }) => emptyHit(figure)),
    stages,
    asked,
    session,
    clock,
  )
}

/** How far down both lists of the hybrid go. */
export const hybridDepth = ({ k, explainDropped }: { k: number; explainDropped: number }): number =>
  2 * k + explainDropped

async function nearest({ vector, near }: Asked, { store, filter }: Session, limit: number): Promise<ScoredFigure[]> {
  return near === null ? store.nearestCaptions(vector, limit, filter) : near.slice(0, limit)
}

/** Keeps the first k of `all`, each with its score and rank in the lists of the stages. */
async function best(
  all: Hit[],
  stages: readonly [Stage, readonly ScoredFigure[]][],
  { vector }: Asked,
  { k, images }: Session,
  clock: Clock,
): Promise<Outcome> {
  const byId = new Map(all.map((hit) => [hit.figure.id, hit]))
  for (const [stage, list] of stages) {
    rankStage(
      list.map(({ figure }) => byId.get(figure.id) ?? emptyHit(figure)),
      stage,
      list,
    )
  }
  await scoreImages(all, vector, images)
  clock.lap('visual')
  const hits = all.slice(0, k)
  number(hits)
  const dropped = all.slice(k).map((hit): Hit => ({ ...hit, dropped: 'limit' }))
  const [last] = stages.at(-1)!
  const distinctScores = new Set(hits.map((hit) => hit[last]!.score)).size
  const dense = hits.filter((hit) => hit.dense !== null).length
  return { hits, dropped, counts: { dense, visual: 0, distinctScores }, time: clock.time }
}
