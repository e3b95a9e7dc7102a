# API server. Build from the project's folder: docker build -f docker/api.Dockerfile .
FROM node:24-bookworm-slim
ENV NODE_ENV=production NEXT_TELEMETRY_DISABLED=1 CHECKPOINT_DISABLE=1
WORKDIR /app
# For databases that are reached over TLS.
RUN apt-get update && apt-get install -y --no-install-recommends ca-certificates && rm -rf /var/lib/apt/lists/*
COPY package.json package-lock.json .npmrc ./
COPY apps/api/package.json apps/api/
COPY apps/web/package.json apps/web/
COPY packages/core/package.json packages/core/
COPY test/package.json test/
# Install scripts stay off (.npmrc); the embedded PostgreSQL is not needed beside a real one.
RUN npm ci --include=dev --workspace @anamnesis/api --workspace @anamnesis/core --include-workspace-root --no-audit --no-fund
COPY tsconfig.base.json ./
COPY prisma prisma
COPY packages/core packages/core
COPY apps/api apps/api
RUN cd apps/api && npx prisma generate
RUN mkdir -p /data && chown node:node /data
USER node
ENV ANAMNESIS_HOME=/data API_HOST=0.0.0.0 API_PORT=4000 TSX_TSCONFIG_PATH=/app/apps/api/tsconfig.json
VOLUME /data
EXPOSE 4000
HEALTHCHECK --interval=10s --timeout=5s --start-period=60s \
  CMD ["node", "-e", "fetch('http://127.0.0.1:4000/health').then(r=>process.exit(r.ok?0:1),()=>process.exit(1))"]
STOPSIGNAL SIGTERM
CMD ["node", "--import", "tsx", "apps/api/src/main.ts", "--migrate"]
