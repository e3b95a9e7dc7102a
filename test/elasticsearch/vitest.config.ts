import { defineConfig } from 'vitest/config'

export default defineConfig({
  root: import.meta.dirname,
  test: {
    include: ['*.test.ts'],
    // One node at a time: each takes a core while it starts.
    fileParallelism: false,
    testTimeout: 240_000,
    hookTimeout: 300_000,
  },
})
