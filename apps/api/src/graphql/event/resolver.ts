import { AnamnesisError, type RunEvent as StoredEvent } from '@anamnesis/core/contracts'
import { Arg, Field, ID, Int, ObjectType, Resolver, Root, Subscription } from 'type-graphql'
import type { RunRow } from '../../db/client.ts'
import { abortable } from '../../events/abortable.ts'
import { followProject, followRun } from '../../events/follow.ts'
import { NEWS, type News } from '../../events/store.ts'
import type { Context } from '../context.ts'
import { runIdOf } from '../globalId.ts'
import { Run, toRun } from '../run/type.ts'
import { RunEvent, toEvent } from './type.ts'

@ObjectType({ description: 'Something changed in the list of runs.' })
class ProjectEvent {
  @Field(() => String, { description: `The weightiest change: ${NEWS.join(', ')}.` })
  kind!: News

  @Field(() => Run)
  run!: Run
}

interface Change {
  kind: News
  row: RunRow
}

@Resolver()
export class EventResolver {
  @Subscription(() => RunEvent, {
    description: 'Every event after sinceSeq, stored ones first, then live; complete and in order. Ends with the run.',
    subscribe: ({ args, context }) => runEvents(args as { runId: string; sinceSeq: number }, context as Context),
  })
  runEvents(
    @Root() event: StoredEvent,
    @Arg('runId', () => ID) _runId: string,
    @Arg('sinceSeq', () => Int, { defaultValue: 0 }) _sinceSeq: number,
  ): RunEvent {
    return toEvent(event)
  }

  @Subscription(() => ProjectEvent, {
    description:
      'A run was created, or its state, task or metrics changed. Steps are told at most once a second and run.',
    subscribe: ({ context }) => projectEvents(context as Context),
  })
  projectEvents(@Root() change: Change): ProjectEvent {
    return { kind: change.kind, run: toRun(change.row) }
  }
}

async function runEvents({ runId, sinceSeq }: { runId: string; sinceSeq: number }, { db, hub }: Context) {
  if (sinceSeq < 0) throw new AnamnesisError('BAD_INPUT', '"sinceSeq" counts from 0.', { field: 'sinceSeq' })
  const id = runIdOf(runId)
  if (!(await db.run.findUnique({ where: { id }, select: { id: true } }))) {
    throw new AnamnesisError('NOT_FOUND', `There is no run ${runId}.`, { field: 'runId' })
  }
  return followRun(db, hub, id, sinceSeq)
}

function projectEvents({ db, hub }: Context): AsyncGenerator<Change, void> {
  return abortable(async function* (signal) {
    const notices = followProject(hub)
    signal.addEventListener('abort', () => void notices.return())
    for await (const notice of notices) {
      const row = await db.run.findUnique({ where: { id: notice.runId } })
      if (row) yield { kind: NEWS.find((news) => notice.news.includes(news)) ?? 'other', row }
    }
  })
}
