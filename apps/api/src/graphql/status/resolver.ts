import { Ctx, Query, Resolver } from 'type-graphql'
import { leaseTimes } from '../../jobs/lease.ts'
import { version } from '../../version.ts'
import type { Context } from '../context.ts'
import { ServerStatus } from './type.ts'

@Resolver(() => ServerStatus)
export class StatusResolver {
  @Query(() => ServerStatus)
  async status(@Ctx() { db, setup, env }: Context): Promise<ServerStatus> {
    const [workers, queued, running] = await Promise.all([
      db.worker.count({ where: { heartbeatAt: { gt: new Date(Date.now() - leaseTimes.stale) } } }),
      db.run.count({ where: { state: 'QUEUED' } }),
      db.run.count({ where: { state: { in: ['RUNNING', 'STOP_REQUESTED', 'STALE'] } } }),
    ])
    return { version, ready: setup.ready, workers, queued, running, backend: engineName(env), setup: setup.steps }
  }
}

/** "onnx", or "onnx on cuda". */
const engineName = ({ backend, device }: Context['env']) =>
  backend === 'onnx' && device !== 'cpu' ? `${backend} on ${device}` : backend
