# Worker that trains on an NVIDIA GPU: the worker's image with the CUDA provider of the onnx engine (3 GB more).
# The machine needs driver 580 or later and the NVIDIA container toolkit.
# Build from the project's folder: docker build -f docker/gpu.Dockerfile .
FROM node:24-bookworm-slim
ENV NODE_ENV=production CHECKPOINT_DISABLE=1
WORKDIR /app
RUN apt-get update && apt-get install -y --no-install-recommends ca-certificates && rm -rf /var/lib/apt/lists/*
COPY package.json package-lock.json .npmrc ./
COPY apps/api/package.json apps/api/
COPY apps/web/package.json apps/web/
COPY packages/core/package.json packages/core/
COPY test/package.json test/
RUN npm ci --include=dev --workspace @anamnesis/api --workspace @anamnesis/core --include-workspace-root --no-audit --no-fund
COPY tsconfig.base.json ./
COPY packages/core packages/core
COPY scripts scripts
# Apart from the state, which is a volume. No GPU is at hand while an image is built.
ENV ANAMNESIS_ENGINES=/opt/anamnesis/engines
RUN node --import tsx scripts/engine.ts install cuda --anyway
COPY prisma prisma
COPY apps/api apps/api
RUN cd apps/api && npx prisma generate
RUN mkdir -p /data && chown node:node /data
USER node
ENV ANAMNESIS_HOME=/data TSX_TSCONFIG_PATH=/app/apps/api/tsconfig.json
# What the container toolkit hands in.
ENV NVIDIA_VISIBLE_DEVICES=all NVIDIA_DRIVER_CAPABILITIES=compute,utility
ENV ANAMNESIS_BACKEND=onnx ANAMNESIS_DEVICE=cuda
VOLUME /data
STOPSIGNAL SIGTERM
CMD ["node", "--import", "tsx", "apps/api/src/worker.ts"]
