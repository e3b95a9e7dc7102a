# Worker: the same sources as the API, another command. Scale it: docker compose up --scale worker=4
# Build from the project's folder: docker build -f docker/worker.Dockerfile .
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
COPY prisma prisma
COPY packages/core packages/core
COPY apps/api apps/api
RUN cd apps/api && npx prisma generate
RUN mkdir -p /data && chown node:node /data
USER node
ENV ANAMNESIS_HOME=/data TSX_TSCONFIG_PATH=/app/apps/api/tsconfig.json
VOLUME /data
STOPSIGNAL SIGTERM
CMD ["node", "--import", "tsx", "apps/api/src/worker.ts"]
