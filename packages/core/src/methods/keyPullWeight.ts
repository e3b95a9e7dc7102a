import { z } from 'zod'

export const keyPullWeight = z.number().min(0).max(100).default(0.1).meta({
  title: 'Weight of the key pull',
  description: 'How strongly the chosen keys follow the embeddings of the images that chose them.',
})
