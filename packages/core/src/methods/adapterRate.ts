import { z } from 'zod'

/** Parameter of methods that train few new weights around a frozen model, which learn at larger rates than the model itself. */
export const adapterRate = (factor: number) =>
  z.number().positive().max(10_000).default(factor).meta({
    title: 'Learning rate factor',
    description: 'Factor on the learning rate of the run for the weights that the method adds.',
  })
