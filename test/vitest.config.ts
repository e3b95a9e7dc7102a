import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: {
    include: ['**/*.test.ts'],
    // Has a configuration of its own: it needs no product.
    exclude: ['elasticsearch/**', '**/node_modules/**'],
    // One product is started for all files and they run one after another: they share its two cores.
    globalSetup: ['support/product.ts'],
    fileParallelism: false,
    testTimeout: 300_000,
    hookTimeout: 600_000,
  },
})
