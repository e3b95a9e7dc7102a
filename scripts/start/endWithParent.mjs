// Preloaded into programs that know nothing of us: they end when the process that started them is gone.
process.on('disconnect', () => process.exit(0))
