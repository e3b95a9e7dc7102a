// A thread of pool.ts.
import { parentPort } from 'node:worker_threads'
import sharp from 'sharp'
import { type PixelJob, runPixelJob } from './jobs.ts'

sharp.concurrency(1)
const port = parentPort!
/** Jobs are done one after the other, so that memory stays bounded. */
let queue = Promise.resolve()
port.on('message', (job: PixelJob) => {
  queue = queue.then(async () => {
    const result = await runPixelJob(job)
    port.postMessage(result, result instanceof Uint8Array ? [result.buffer as ArrayBuffer] : [])
  })
})
